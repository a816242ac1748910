// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/stuck_holder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/fingerprint.h"
#include "core/findings/waits_in_words.h"
#include "core/graph/wait_graph.h"

namespace gordian {
namespace {

using format::WaitKind;

class StuckHolders {
 public:
  StuckHolders(const Program& program, Context& context) : program_(program), context_(context) {
    for (const Standstill& standstill : find_standstills(program)) {
      for_ever_.insert(standstill.cycle.begin(), standstill.cycle.end());
      for_ever_.insert(standstill.behind.begin(), standstill.behind.end());
    }
  }

  void run() {
    for (size_t i = 0; i < program_.states.size(); ++i) {
      if (waited(i) < program_.stuck_ns || for_ever_.contains(i)) continue;
      const std::vector<size_t> chain = chain_from(i);
      if (chain.size() > 1) waiters_[chain.back()].push_back(chain);
    }
    for (auto& [holder, chains] : waiters_) {
      std::ranges::sort(chains, std::greater{},
                        [&](const std::vector<size_t>& chain) { return waited(chain.front()); });
      context_.findings.push_back(finding(holder, chains));
    }
  }

 private:
  const ThreadState& state(size_t i) const { return program_.states[i]; }
  std::string who(size_t i) const { return waiter(program_, state(i)); }

  uint64_t waited(size_t i) const {
    const Wait& wait = state(i).wait;
    const uint64_t now = program_.processes[program_.threads[state(i).thread].process].now_ns;
    return wait.kind == WaitKind::lock && now > wait.since_ns ? now - wait.since_ns : 0;
  }

  // From a waiter over those who hold what the one before waits for, to the one who waits for no lock.
  std::vector<size_t> chain_from(size_t waiter) const {
    std::vector<size_t> chain{waiter};
    while (state(chain.back()).wait.kind == WaitKind::lock) {
      std::vector<size_t> in_the_way = blockers(program_, chain.back());
      // Of a pool whose other permits may yet come back: it does nothing any more that could be told.
      std::erase_if(in_the_way, [&](size_t i) { return state(i).ended; });
      if (in_the_way.empty() || std::ranges::find(chain, in_the_way.front()) != chain.end()) return {};
      chain.push_back(in_the_way.front());
    }
    return chain;
  }

  Finding finding(size_t holder, const std::vector<std::vector<size_t>>& chains) const {
    const std::vector<size_t>& longest = chains.front();
    const Wait& first_wait = state(longest[longest.size() - 2]).wait;
    const Lock& lock = program_.locks[first_wait.lock];
    const HeldLock* held = held_lock(program_, state(holder), first_wait.lock);
    Finding finding;
    finding.rule = rules::stuck_holder.id;
    finding.severity = rules::stuck_holder.severity;
    finding.tier = Tier::observed;
    finding.process = process_name(program_.processes[program_.threads[state(holder).thread].process]);
    finding.locks.push_back(finding_lock(lock));
    finding.message =
        fmt::format("{} holds {}, for which {} waited for {}; it {}.", who(holder), lock.name,
                    chains.size() == 1 ? "a thread has" : fmt::format("{} threads have", chains.size()),
                    duration(waited(longest.front())), activity(holder));
    finding.reason =
        fmt::format("nobody else keeps {} from going on, and it is in no deadlock", who(longest.front()));
    std::vector<std::string> names{lock.class_name};
    if (held != nullptr) {
      names.push_back(function_at(held->taken, context_.symbolizer));
      finding.moments.push_back(held_moment(program_, context_, state(holder), *held));
    }
    finding.moments.push_back(now_moment(holder));
    for (size_t i = longest.size() - 1; i-- > 0;)
      finding.moments.push_back(wait_moment(program_, context_, state(longest[i])));
    for (size_t i = 1; i < chains.size(); ++i)
      finding.moments.push_back(wait_moment(program_, context_, state(chains[i].front())));
    for (const FindingMoment& moment : finding.moments) {
      if (!moment.stack.frames.empty()) finding.locations.push_back(location(moment.stack));
    }
    finding.fingerprint = fingerprint(finding.rule, names);
    return finding;
  }

  std::string activity(size_t i) const {
    const ThreadState& at = state(i);
    if (at.wait.kind != WaitKind::nothing) return fmt::format("waits for {}", awaited(program_, at.wait));
    return at.activity.empty() ? "is running" : at.activity;
  }

  FindingMoment now_moment(size_t i) const {
    const ThreadState& at = state(i);
    if (at.wait.kind != WaitKind::nothing) return wait_moment(program_, context_, at);
    return {"it is here", fmt::format("{} {} now", who(i), activity(i)),
            thread_name(program_.threads[at.thread]),
            finding_stack(at.activity_stack, program_, context_.symbolizer)};
  }

  const Program& program_;
  Context& context_;
  std::set<size_t> for_ever_;
  std::map<size_t, std::vector<std::vector<size_t>>> waiters_;  // by holder: the chains that lead to it
};

void run(const Program& program, Context& context) {
  if (program.stuck_ns != 0) StuckHolders(program, context).run();
}

}  // namespace

const Rule rules::stuck_holder{"stuck-holder", Severity::error, run, true};

}  // namespace gordian
