// SPDX-License-Identifier: Apache-2.0
//
// The hook against a full recorder: full_recorder.cpp runs under the shim and keeps a log of its own, and the
// trace must tell exactly the same chains: which locks (each generation of an address for itself), from which
// call sites, in which modes, how often, by which threads, in which of their segments.
//
// Neither side knows the other's numbers. Generations are matched by their order at one address, call sites
// by the address ranges of functions that the program logged, threads by tid.
//
// That needs a chain budget that is never used up. With a small one the same program is compared where
// summaries leave something exact: in what they sum up, and where there are none.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/range/iterator_range.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/format/trace_reader.h"
#include "core/ingest/ingest.h"

namespace gordian {
namespace {

namespace fs = std::filesystem;

// One acquisition of a chain. `life` numbers the generations of one address that were ever nested, from 0.
struct Step {
  uint64_t address;
  uint64_t life;
  std::string site;
  uint64_t mode;
  auto operator<=>(const Step&) const = default;
};
using Steps = std::vector<Step>;
constexpr uint64_t kRead = 4;  // beside the mode

struct ThreadUse {
  uint64_t first_segment;
  uint64_t last_segment;
  auto operator<=>(const ThreadUse&) const = default;
};

struct Facts {
  uint64_t count = 0;
  std::map<uint64_t, ThreadUse> uses;  // by tid
  bool more_uses = false;
  bool summary = false;
  uint64_t depths = 0;  // bit set of recursion depths of the last step's call

  void add_use(uint64_t tid, ThreadUse use) {
    ThreadUse& known = uses.try_emplace(tid, use).first->second;
    known.first_segment = std::min(known.first_segment, use.first_segment);
    known.last_segment = std::max(known.last_segment, use.last_segment);
  }
};

using Edge = std::pair<Step, Step>;

struct Account {
  std::map<Steps, Facts> chains;
  std::set<Edge> edges;
  std::map<uint64_t, std::pair<uint64_t, uint64_t>> parents;  // tid -> tid and segment of its creator
  std::set<std::tuple<uint64_t, uint64_t, uint64_t>> joins;   // joiner, joined, segment
  std::set<std::pair<uint64_t, uint64_t>> ended;              // address, life
  uint64_t acquisitions = 0;
};

std::string in_words(const Steps& steps) {
  std::ostringstream out;
  for (const Step& step : steps) {
    out << " > " << std::hex << step.address << std::dec << '#' << step.life << ' ' << step.site << " mode "
        << step.mode;
  }
  return out.str();
}

struct Function {
  uint64_t begin;
  uint64_t end;
  bool contains(uint64_t address) const { return address >= begin && address < end; }
};
using Functions = std::map<std::string, Function>;

// ---- the program's log ----

class LogReader {
 public:
  explicit LogReader(const fs::path& file) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "function") {
        std::string name;
        words >> name;
        const uint64_t begin = next(words);
        functions.emplace(name, Function{begin, next(words)});
        site_names_.push_back(name);
      } else if (what == "thread") {
        const uint64_t tid = next(words);
        const uint64_t parent = next(words);
        account.parents[tid] = {parent, next(words)};
      } else if (what == "join") {
        const uint64_t joiner = next(words);
        const uint64_t joined = next(words);
        account.joins.emplace(joiner, joined, next(words));
      } else if (what == "end") {
        const uint64_t address = next(words);
        ended_.emplace_back(address, next(words));
      } else if (what == "acquisitions") {
        account.acquisitions += next(words);
      } else if (what == "chain") {
        read_chain(words);
      }
    }
    settle();
  }

  Functions functions;
  Account account;

  // How many generations of an address were ever nested.
  size_t lives_at(uint64_t address) const {
    const auto lives = lives_.find(address);
    return lives == lives_.end() ? 0 : lives->second.size();
  }

 private:
  struct RawChain {
    uint64_t tid, count, first, last, depths;
    std::vector<std::array<uint64_t, 4>> steps;  // address, generation, site, mode
  };

  static uint64_t next(std::istringstream& words) {
    uint64_t number = 0;
    words >> number;
    return number;
  }

  void read_chain(std::istringstream& words) {
    RawChain raw{};
    uint64_t length = 0;
    words >> raw.tid >> raw.count >> raw.first >> raw.last >> raw.depths >> length;
    raw.steps.resize(length / 4);
    for (auto& step : raw.steps) {
      for (uint64_t& word : step) words >> word;
      lives_[step[0]].try_emplace(step[1]);
    }
    chains_.push_back(std::move(raw));
  }

  void settle() {
    for (auto& [address, lives] : lives_) {
      uint64_t number = 0;
      for (auto& [generation, life] : lives) life = number++;
    }
    for (const RawChain& raw : chains_) {
      Steps steps;
      for (const auto& [address, generation, site, mode] : raw.steps) {
        steps.push_back({address, lives_.at(address).at(generation), site_names_.at(site), mode});
      }
      Facts& facts = account.chains[steps];
      facts.count += raw.count;
      facts.depths |= raw.depths;
      if (raw.count > 0) facts.add_use(raw.tid, {raw.first, raw.last});
    }
    for (const auto& [address, generation] : ended_) {
      const auto& lives = lives_[address];
      if (const auto life = lives.find(generation); life != lives.end())
        account.ended.emplace(address, life->second);
    }
    for (const auto& [steps, facts] : account.chains) {
      if ((steps.back().mode & ~kRead) == static_cast<uint64_t>(Mode::try_only)) continue;
      for (size_t i = 0; i + 1 < steps.size(); ++i) account.edges.emplace(steps[i], steps.back());
    }
  }

  std::vector<std::string> site_names_;  // in the order of the log, which is that of their numbers
  std::vector<RawChain> chains_;
  std::map<uint64_t, std::map<uint64_t, uint64_t>> lives_;  // address -> generation -> life
  std::vector<std::pair<uint64_t, uint64_t>> ended_;        // address, generation
};

// ---- the trace ----

class TraceAccount {
 public:
  TraceAccount(const TraceReader& trace, const LogReader& log) : functions_(log.functions) {
    ingest(trace, program_);
    number_lives(log);
    for (size_t i = 0; i < graph().chains().size(); ++i) add(static_cast<ChainId>(i));
    add_edges();
    add_threads();
    trace.for_each<format::LockEndRecord>([&](uint64_t, const format::LockEndRecord& record) {
      const auto lock =
          lock_at_.find(uint64_t{static_cast<uint32_t>(record.lock)} * format::kRecordAlignment);
      ASSERT_NE(lock, lock_at_.end());
      const bool is_first =
          account.ended.emplace(program_.locks[lock->second].address, lives_.at(lock->second)).second;
      EXPECT_TRUE(is_first) << "a lock ended twice";
    });
    account.acquisitions = trace.header().acquisitions;
  }

  Account account;
  const Program& program() const { return program_; }

 private:
  const LockGraph& graph() const { return program_.graph; }

  // A lock that no chain names was nested in chains that a summary stands for. Or it is the second record of
  // one that two threads met in the same instant: a shared one, and those have one life each.
  void number_lives(const LogReader& log) {
    std::set<LockId> named;
    for (const Chain& chain : graph().chains()) named.insert(chain.wanted.lock);
    std::map<uint64_t, uint64_t> count;
    for (size_t i = 0; i < program_.locks.size(); ++i) {  // in the order of their records
      const auto lock = static_cast<LockId>(i);
      const uint64_t address = program_.locks[lock].address;
      const bool counts = named.contains(lock) || log.lives_at(address) > 1;
      lives_[lock] = counts ? count[address]++ : 0;
      if (counts) lock_of_[{address, lives_[lock]}] = lock;
      lock_of_.try_emplace({address, lives_[lock]}, lock);
      lock_at_[program_.locks[lock].seen] = lock;
    }
  }

  std::string function_of(const std::vector<uint64_t>& addresses, size_t place) const {
    if (place >= addresses.size()) return "nothing";
    for (const auto& [name, function] : functions_) {
      if (function.contains(addresses[place])) return name;
    }
    return "elsewhere";
  }

  std::string site_of(StackId stack) const {
    if (stack == kNoStack) return "no stack";
    const auto& addresses = program_.stacks[stack].return_addresses;
    const std::string innermost = function_of(addresses, 0);
    return innermost == "wrapper" ? function_of(addresses, 1) : innermost;
  }

  // How deep the recursion was, which a stack that was cut, or is not proven to its end, need not know.
  uint64_t depths_of(StackId stack) const {
    if (stack == kNoStack || program_.stacks[stack].truncated) return 0;
    if (program_.stacks[stack].proven < program_.stacks[stack].return_addresses.size()) return 0;
    uint64_t calls = 0;
    for (const uint64_t address : program_.stacks[stack].return_addresses) {
      if (functions_.at("recurse").contains(address)) ++calls;
    }
    return calls > 0 ? uint64_t{1} << (calls - 1) : 0;
  }

  Step step_of(ChainId id) const {
    const Acquisition& wanted = graph().chain(id).wanted;
    return {program_.locks[wanted.lock].address, lives_.at(wanted.lock), site_of(wanted.stack),
            static_cast<uint64_t>(wanted.mode) | (wanted.shared ? kRead : 0)};
  }

  void add(ChainId id) {
    Steps steps;
    for (ChainId at = id; at != kNoChain; at = graph().chain(at).outer) steps.push_back(step_of(at));
    std::ranges::reverse(steps);
    const Chain& chain = graph().chain(id);
    Facts& facts = account.chains[steps];
    facts.count += chain.count;
    facts.more_uses |= chain.more_uses;
    facts.summary |= chain.summary;
    facts.depths |= depths_of(chain.wanted.stack);
    for (const Use& use : chain.uses) {
      facts.add_use(program_.threads[use.thread].tid, {use.first_segment, use.last_segment});
    }
  }

  void add_edges() {
    for (uint32_t lock = 0; lock < graph().lock_count(); ++lock) {
      for (const auto edge : boost::make_iterator_range(boost::out_edges(lock, graph().boost_graph()))) {
        for (const Evidence& evidence : graph().evidence(edge)) {
          account.edges.emplace(step_of(evidence.held), step_of(evidence.wanted));
        }
      }
    }
  }

  void add_threads() {
    for (const Thread& thread : program_.threads) {
      const uint64_t parent = thread.parent == kNoThread ? 0 : program_.threads[thread.parent].tid;
      account.parents[thread.tid] = {parent, thread.parent_segment};
    }
    for (const Join& join : program_.joins) {
      account.joins.emplace(program_.threads[join.joiner].tid, program_.threads[join.joined].tid,
                            join.segment);
    }
  }

  const Functions& functions_;
  Program program_;
  std::map<LockId, uint64_t> lives_;
  std::map<std::pair<uint64_t, uint64_t>, LockId> lock_of_;  // by address and life
  std::map<uint64_t, LockId> lock_at_;                       // by record offset
};

// ---- the comparison ----

void compare(const Facts& model, const Facts& trace, const std::string& chain) {
  EXPECT_EQ(trace.count, model.count) << chain;
  EXPECT_TRUE(trace.more_uses || trace.uses.size() == model.uses.size()) << chain;
  for (const auto& [tid, use] : trace.uses) {
    const auto same = model.uses.find(tid);
    ASSERT_NE(same, model.uses.end()) << "thread " << tid << " never went through" << chain;
    // Of a thread that some paths to the chain do not list, the segments are not all known either.
    EXPECT_TRUE(trace.more_uses || use == same->second) << "segments of thread " << tid << " in" << chain;
  }
}

template <typename Key>
std::vector<Key> missing(const std::set<Key>& from, const std::set<Key>& all) {
  std::vector<Key> result;
  std::ranges::set_difference(all, from, std::back_inserter(result));
  return result;
}

constexpr uint64_t kNeverUsedUp = 1'000'000;

// How the last lock of a chain lies to the one right outside it, if it is not held already.
enum class Order { none, ascending, descending, reentry };

Order order_of(const Steps& steps) {
  if (steps.size() < 2) return Order::none;
  const auto held = std::span(steps).first(steps.size() - 1);
  if (std::ranges::count(held, steps.back().address, &Step::address) > 0) return Order::reentry;
  return held.back().address < steps.back().address ? Order::ascending : Order::descending;
}

// From which sites and in which modes, outermost first, and in which order of addresses in the end: what
// chains of one kind have in common.
using Route = std::pair<std::vector<std::pair<std::string, uint64_t>>, Order>;

Route route_of(const Steps& steps) {
  Route route{{}, order_of(steps)};
  for (const Step& step : steps) route.first.emplace_back(step.site, step.mode);
  return route;
}

void add(Facts& sum, const Facts& facts) {
  sum.count += facts.count;
  sum.more_uses |= facts.more_uses;
  sum.summary |= facts.summary;
  for (const auto& [tid, use] : facts.uses) sum.add_use(tid, use);
}

std::map<Route, Facts> by_route(const Account& of) {
  std::map<Route, Facts> sums;
  for (const auto& [steps, facts] : of.chains) add(sums[route_of(steps)], facts);
  return sums;
}

// As if every address had had one life.
Account without_lives(const Account& of) {
  Account account = of;
  account.chains.clear();
  account.edges.clear();
  account.ended.clear();
  for (const auto& [lived, facts] : of.chains) {
    Steps steps = lived;
    for (Step& step : steps) step.life = 0;
    add(account.chains[steps], facts);
  }
  for (auto [held, wanted] : of.edges) {
    held.life = wanted.life = 0;
    account.edges.emplace(held, wanted);
  }
  for (const auto& [address, life] : of.ended) account.ended.emplace(address, 0);
  return account;
}

class ChainModel : public testing::TestWithParam<int> {
 protected:
  ChainModel() {
    std::string name = (fs::temp_directory_path() / "gordian-test-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~ChainModel() override { fs::remove_all(directory_); }

  // Runs the program under the shim; its trace.
  fs::path record(int seed, uint64_t chain_budget) {
    const std::string preload = std::string("LD_PRELOAD=") + GORDIAN_HOOK;
    const std::string options = "GORDIAN_OPTIONS=report=0:chain-budget=" + std::to_string(chain_budget) +
                                ":trace-dir=" + (directory_ / "traces").string();
    const std::string program = GORDIAN_FULL_RECORDER;
    const std::string number = std::to_string(seed);
    const std::string log = log_file().string();
    const auto text = [](const std::string& of) { return const_cast<char*>(of.c_str()); };
    char* const arguments[] = {text(program), text(number), text(log), nullptr};
    char* const environment[] = {text(preload), text(options), nullptr};
    pid_t child = 0;
    EXPECT_EQ(posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environment), 0);
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "the program failed";
    std::vector<fs::path> traces;
    for (const auto& entry : fs::directory_iterator(directory_ / "traces")) traces.push_back(entry.path());
    EXPECT_EQ(traces.size(), 1U);
    return traces.at(0);
  }

  fs::path log_file() const { return directory_ / "log"; }

 private:
  fs::path directory_;
};

TEST_P(ChainModel, TraceAgreesWithAFullRecorder) {
  const TraceReader reader(record(GetParam(), kNeverUsedUp));
  const LogReader log(log_file());
  const Account& model = log.account;
  const TraceAccount told(reader, log);
  const Account& trace = told.account;

  EXPECT_TRUE(told.program().warnings.empty());
  EXPECT_TRUE(told.program().losses.empty());
  ASSERT_GT(model.edges.size(), 5'000U);

  for (const auto& [steps, facts] : model.chains) {
    const auto found = trace.chains.find(steps);
    ASSERT_NE(found, trace.chains.end()) << "not in the trace:" << in_words(steps);
    compare(facts, found->second, in_words(steps));
    if (HasFailure()) return;  // the first is enough to read
  }
  for (const auto& [steps, facts] : trace.chains) {
    ASSERT_TRUE(model.chains.contains(steps)) << "never happened:" << in_words(steps);
  }
  EXPECT_TRUE(missing(trace.edges, model.edges).empty());
  EXPECT_TRUE(missing(model.edges, trace.edges).empty());
  EXPECT_EQ(trace.parents, model.parents);
  EXPECT_EQ(trace.joins, model.joins);
  EXPECT_EQ(trace.ended, model.ended);
  EXPECT_EQ(trace.acquisitions, model.acquisitions);
}

// Past the budget a chain is counted by the summary of its kind. Nothing is made up, nothing gets lost, and
// where no summary is, every chain is told. (Chains that stand only outside others have a count of 0: they
// are told if one of those others is.) A lock met past the budget only has no record, so generations of one
// address cannot be matched here, nor classes: addresses and routes are compared.
TEST_P(ChainModel, SummariesCountForTheChainsTheyReplace) {
  const TraceReader reader(record(GetParam(), 3));
  const LogReader log(log_file());
  const TraceAccount told(reader, log);
  const Account model = without_lives(log.account);
  const Account trace = without_lives(told.account);

  EXPECT_TRUE(told.program().warnings.empty());
  EXPECT_TRUE(told.program().losses.empty());

  for (const auto& [steps, facts] : trace.chains) {
    ASSERT_TRUE(model.chains.contains(steps)) << "never happened:" << in_words(steps);
  }
  const std::map<Route, Facts> sums = by_route(trace);
  for (const auto& [route, facts] : by_route(model)) {
    if (facts.count == 0) continue;
    ASSERT_TRUE(sums.contains(route));
    compare(facts, sums.at(route), " a route");
    if (HasFailure()) return;
  }
  size_t exact = 0;
  size_t replaced = 0;
  for (const auto& [steps, facts] : model.chains) {
    if (facts.count == 0) continue;
    const auto found = trace.chains.find(steps);
    if (sums.at(route_of(steps)).summary) {
      if (found == trace.chains.end()) ++replaced;
      continue;
    }
    ASSERT_NE(found, trace.chains.end()) << "not in the trace:" << in_words(steps);
    compare(facts, found->second, in_words(steps));
    if (HasFailure()) return;
    ++exact;
  }
  EXPECT_GT(exact, 1'000U);
  EXPECT_GT(replaced, 200U) << "no summary stood for anything";

  EXPECT_TRUE(missing(model.edges, trace.edges).empty());
  EXPECT_EQ(trace.parents, model.parents);
  EXPECT_EQ(trace.joins, model.joins);
  EXPECT_TRUE(missing(model.ended, trace.ended).empty());
  EXPECT_EQ(trace.acquisitions, model.acquisitions);
}

// A chain is recorded with the stack of one of its passages. The program has them pass at many recursion
// depths: a stack that claims to be whole must have a depth that occurred.
TEST_P(ChainModel, EveryWholeStackWasReal) {
  const TraceReader reader(record(GetParam(), kNeverUsedUp));
  const LogReader log(log_file());
  const TraceAccount told(reader, log);
  size_t whole = 0;
  for (const auto& [steps, facts] : told.account.chains) {
    EXPECT_EQ(facts.depths & ~log.account.chains.at(steps).depths, 0U) << in_words(steps);
    if (facts.depths != 0) ++whole;
  }
  EXPECT_GT(whole, 1'000U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChainModel, testing::Range(1, 5));

}  // namespace
}  // namespace gordian
