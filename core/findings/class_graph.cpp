// SPDX-License-Identifier: Apache-2.0
#include "core/findings/class_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/symbolize/lock_names.h"

namespace gordian {
namespace {

// Source places, numbered: stacks that differ only behind the frame a person looks for share one.
class Sites {
 public:
  explicit Sites(Symbolizer& symbolizer) : symbolizer_(symbolizer) {}

  size_t of(StackId stack) {
    const auto [known, is_new] = by_stack_.try_emplace(stack, 0);
    if (is_new) {
      const Frame* user = user_frame(symbolizer_.frames(stack));
      known->second = of(user == nullptr ? Frame{} : *user);
    }
    return known->second;
  }

  const Frame& frame(size_t site) const { return frames_[site]; }

 private:
  size_t of(const Frame& frame) {
    std::string key = frame.line != 0 ? fmt::format("{}\n{}:{}", frame.function, frame.file, frame.line)
                                      : fmt::format("{}+{}", frame.module, frame.offset);
    const auto [known, is_new] = by_place_.try_emplace(std::move(key), frames_.size());
    if (is_new) frames_.push_back(frame);
    return known->second;
  }

  Symbolizer& symbolizer_;
  std::unordered_map<StackId, size_t> by_stack_;
  std::unordered_map<std::string, size_t> by_place_;
  std::vector<Frame> frames_;
};

// The edges between classes that the report's cycles run through, with the strongest tier of each. A finding
// speaks for the executable of its own process only: another may have classes of the same names without a
// cycle.
class JudgedCycles {
 public:
  JudgedCycles(const Program& program, const Report& report) {
    for (const Finding& finding : report.findings) add(program, finding);
    for (const Finding& finding : report.hidden) add(program, finding);
  }

  std::optional<Tier> tier(const std::string& executable, const std::string& held,
                           const std::string& wanted) const {
    const auto found = tiers_.find({executable, held, wanted});
    return found == tiers_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  // Its edges close a cycle: every lock that is held on one is wanted on one.
  static bool is_cycle(const Finding& finding) {
    std::set<size_t> held;
    std::set<size_t> wanted;
    for (const FindingEdge& edge : finding.edges) {
      held.insert(edge.held);
      wanted.insert(edge.wanted);
    }
    return !held.empty() && held == wanted;
  }

  void add(const Program& program, const Finding& finding) {
    if (!is_cycle(finding)) return;
    std::set<std::string> executables;
    std::set<std::string> all;
    for (const Process& process : program.processes) {
      all.insert(process.executable);
      if (finding.process.ends_with(fmt::format("(pid {})", process.pid)))
        executables.insert(process.executable);
    }
    if (executables.empty())
      executables = std::move(all);  // it names none that we know: rather mark too much
    for (const std::string& executable : executables) {
      for (const FindingEdge& edge : finding.edges) {
        const auto [known, is_new] = tiers_.try_emplace(
            {executable, finding.locks[edge.held].class_name, finding.locks[edge.wanted].class_name},
            finding.tier);
        if (!is_new) known->second = std::min(known->second, finding.tier);
      }
    }
  }

  std::map<std::tuple<std::string, std::string, std::string>, Tier> tiers_;  // executable, held, wanted
};

// What is known of an edge while its evidence is gathered.
struct Gathered {
  std::vector<ChainId> wanted;  // a chain that holds two locks of a class is in it twice
  std::map<std::pair<size_t, size_t>, uint64_t> sites;
  std::optional<Tier> cycle;
};

class Builder {
 public:
  Builder(const Program& program, Symbolizer& symbolizer, const Report& report, Fold fold)
      : program_(program), sites_(symbolizer), judged_(program, report) {
    result_.fold = fold;
  }

  ClassGraph build() {
    add_nodes();
    count_nested();
    gather_edges();
    for (auto& [ends, gathered] : edges_) {
      std::vector<ChainId>& wanted = gathered.wanted;
      std::sort(wanted.begin(), wanted.end());
      wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());  // it is one acquisition
      result_.edges.push_back(edge(ends.first, ends.second, gathered));
    }
    for (const ClassEdge& edge : result_.edges) {
      if (edge.cycle) result_.nodes[edge.from].in_cycle = result_.nodes[edge.to].in_cycle = true;
    }
    return std::move(result_);
  }

 private:
  static constexpr size_t kNoNode = static_cast<size_t>(-1);

  const Lock& lock(LockId id) const { return program_.locks[id]; }
  const std::string& executable(LockId id) const { return program_.processes[lock(id).process].executable; }
  const std::string& name(LockId id) const {
    return result_.fold == Fold::classes ? lock(id).class_name : lock(id).name;
  }

  // What two locks that share a node have in common. An instance shares with nobody.
  std::tuple<std::string, std::string, size_t> node_key(LockId id) const {
    return {executable(id), name(id), result_.fold == Fold::classes ? 0 : index(id)};
  }

  void add_nodes() {
    const auto& graph = program_.graph.boost_graph();
    std::vector<bool> nested(program_.locks.size());
    for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
      nested[boost::source(edge, graph)] = nested[boost::target(edge, graph)] = true;
    }
    std::map<std::tuple<std::string, std::string, size_t>, size_t> nodes;
    node_of_.assign(program_.locks.size(), kNoNode);
    for (size_t i = 0; i < nested.size(); ++i) {
      if (!nested[i]) continue;
      const LockId id{static_cast<uint32_t>(i)};
      const auto [known, is_new] = nodes.try_emplace(node_key(id), result_.nodes.size());
      if (is_new) result_.nodes.push_back({name(id), executable(id)});
      node_of_[i] = known->second;
      ++result_.nodes[known->second].locks;
    }
    std::set<std::tuple<std::string, std::string, size_t>> left_out;
    for (size_t i = 0; i < nested.size(); ++i) {
      const LockId id{static_cast<uint32_t>(i)};
      if (nested[i]) continue;
      ++result_.locks_left_out;
      if (nodes.contains(node_key(id))) continue;
      left_out.insert(node_key(id));
      result_.left_out.emplace(executable(id), name(id));
    }
    result_.nodes_left_out = left_out.size();
  }

  void count_nested() {
    for (const Chain& chain : program_.graph.chains()) {
      const size_t node = node_of_[index(chain.wanted.lock)];
      if (chain.outer != kNoChain && node != kNoNode) result_.nodes[node].nested += chain.count;
    }
  }

  void gather_edges() {
    const LockGraph& locks = program_.graph;
    const auto& graph = locks.boost_graph();
    std::vector<size_t> component(locks.lock_count());
    boost::strong_components(
        graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
    for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
      const LockId held = locks.held(edge);
      const LockId wanted = locks.wanted(edge);
      Gathered& gathered = edges_[{node_of_[index(held)], node_of_[index(wanted)]}];
      for (const Evidence& evidence : locks.evidence(edge)) {
        const Chain& inner = locks.chain(evidence.wanted);
        gathered.wanted.push_back(evidence.wanted);
        const size_t held_site = sites_.of(locks.chain(evidence.held).wanted.stack);
        gathered.sites[{held_site, sites_.of(inner.wanted.stack)}] += inner.count;
      }
      // Of the instances, only those that themselves lie on a cycle: the report's verdict is on the class.
      if (result_.fold == Fold::classes || component[index(held)] == component[index(wanted)]) {
        gathered.cycle = judged_.tier(executable(held), lock(held).class_name, lock(wanted).class_name);
      }
    }
  }

  ClassEdge edge(size_t from, size_t to, const Gathered& gathered) const {
    ClassEdge result;
    result.from = from;
    result.to = to;
    result.sites = gathered.sites.size();
    result.cycle = gathered.cycle;
    std::set<ThreadId> threads;
    for (const ChainId id : gathered.wanted) {
      const Chain& chain = program_.graph.chain(id);
      result.count += chain.count;
      result.more_threads |= chain.more_uses;
      for (const Use& use : chain.uses) threads.insert(use.thread);
    }
    result.threads = threads.size();
    const auto most = std::max_element(gathered.sites.begin(), gathered.sites.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    result.held_at = sites_.frame(most->first.first);
    result.wanted_at = sites_.frame(most->first.second);
    for (const auto& [places, count] : gathered.sites) {
      result.places.push_back({sites_.frame(places.first), sites_.frame(places.second), count});
    }
    return result;
  }

  const Program& program_;
  Sites sites_;
  JudgedCycles judged_;
  ClassGraph result_;
  std::vector<size_t> node_of_;  // by LockId; kNoNode: the lock takes part in no edge
  std::map<std::pair<size_t, size_t>, Gathered> edges_;
};

}  // namespace

ClassGraph class_graph(const Program& program, Symbolizer& symbolizer, const Report& report, Fold fold) {
  return Builder(program, symbolizer, report, fold).build();
}

}  // namespace gordian
