// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/deadlock.h"

#include <fmt/format.h>

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

class Deadlock {
 public:
  Deadlock(const Program& program, Context& context, const Standstill& standstill)
      : program_(program), context_(context), standstill_(standstill) {}

  Finding finding() {
    Finding finding;
    finding.rule = rules::deadlock.id;
    finding.severity = rules::deadlock.severity;
    finding.tier = Tier::actual;
    name_processes(program_, standstill_, finding);
    if (standstill_.everyone) {
      tell_of_everyone(finding);
    } else if (standstill_.cycle.size() == 1) {
      tell_of_one_left_behind(finding);
    } else {
      tell_of_cycle(finding);
    }
    for (const size_t i : standstill_.behind) {
      if (!standstill_.everyone) finding.moments.push_back(wait_moment(program_, context_, state(i)));
    }
    for (const FindingEdge& edge : finding.edges) finding.locations.push_back(location(edge.wanted_stack));
    for (const FindingMoment& moment : finding.moments) {
      if (!moment.stack.frames.empty()) finding.locations.push_back(location(moment.stack));
    }
    return finding;
  }

 private:
  const ThreadState& state(size_t i) const { return program_.states[i]; }
  const ThreadState& in_cycle(size_t i) const {
    return state(standstill_.cycle[i % standstill_.cycle.size()]);
  }
  ProcessId process(size_t i) const { return program_.threads[state(i).thread].process; }
  std::string who(const ThreadState& state) const { return waiter(program_, state); }
  bool is_running() const {
    const size_t any = standstill_.cycle.empty() ? standstill_.behind.front() : standstill_.cycle.front();
    return program_.processes[process(any)].now_ns != 0;
  }

  // The lock that thread `i` of the cycle holds and the one before it waits for; null: that waits for the
  // thread's end.
  const HeldLock* held_against_previous(size_t i) const {
    const ThreadState& previous = in_cycle(i + standstill_.cycle.size() - 1);
    if (previous.wait.kind != WaitKind::lock) return nullptr;
    return held_lock(program_, in_cycle(i), previous.wait.lock);
  }

  void tell_of_cycle(Finding& finding) {
    const size_t length = standstill_.cycle.size();
    std::string words;
    std::vector<EdgeIdentity> identity;
    bool only_locks = true;
    for (size_t i = 0; i < length; ++i) {
      const ThreadState& at = in_cycle(i);
      const HeldLock* held = held_against_previous(i);
      only_locks &= held != nullptr && at.wait.kind == WaitKind::lock;
      words += fmt::format("{}{} waits for {}",
                           i == 0            ? ""
                           : i + 1 == length ? ", and "
                                             : ", ",
                           who(at), awaited(program_, at.wait));
      if (at.wait.kind == WaitKind::lock) words += relation(at.wait.lock, in_cycle(i + 1));
      identity.push_back({held != nullptr ? program_.locks[held->lock].class_name : "",
                          at.wait.lock != kNoLock ? program_.locks[at.wait.lock].class_name : "",
                          held != nullptr ? function_at(held->taken, context_.symbolizer) : "",
                          function_at(at.wait.stack, context_.symbolizer)});
    }
    finding.message = words + ".";
    finding.reason = is_running() ? "each of these threads waits for the next, and none of the waits can end"
                                  : "when the process was killed, each of these threads waited for the next";
    finding.fingerprint = fingerprint(finding.rule, identity);
    for (size_t i = 0; i < length; ++i) only_locks ? add_edge(finding, i) : add_moments(finding, i);
  }

  // How another keeps a thread from the lock that it waits for.
  std::string relation(LockId lock, const ThreadState& other) const {
    return fmt::format(
        fmt::runtime(held_lock(program_, other, lock) != nullptr ? ", which {} holds"
                                                                 : ", for which {} waits before it"),
        who(other));
  }

  void add_edge(Finding& finding, size_t i) {
    const ThreadState& at = in_cycle(i);
    const HeldLock& held = *held_against_previous(i);
    finding.locks.push_back(finding_lock(program_.locks[held.lock]));
    FindingEdge edge;
    edge.held = i;
    edge.wanted = (i + 1) % standstill_.cycle.size();
    edge.thread = who(at);
    edge.mode = at.wait.shared ? "read" : "blocking";
    edge.origin = "run";
    edge.count = 1;
    edge.sites = 1;
    edge.threads = 1;
    edge.held_stack = finding_stack(held.taken, program_, context_.symbolizer);
    edge.wanted_stack = finding_stack(at.wait.stack, program_, context_.symbolizer);
    finding.edges.push_back(std::move(edge));
  }

  void add_moments(Finding& finding, size_t i) {
    if (const HeldLock* held = held_against_previous(i)) {
      finding.locks.push_back(finding_lock(program_.locks[held->lock]));
      finding.moments.push_back(held_moment(program_, context_, in_cycle(i), *held));
    }
    finding.moments.push_back(wait_moment(program_, context_, in_cycle(i)));
  }

  // It waits for a lock whose holder has ended.
  void tell_of_one_left_behind(Finding& finding) {
    const ThreadState& at = in_cycle(0);
    const std::string lock = awaited(program_, at.wait);
    finding.locks.push_back(finding_lock(program_.locks[at.wait.lock]));
    finding.message =
        fmt::format("{} waits for {}, held by a thread that is not there any more.", who(at), lock);
    finding.moments.push_back(wait_moment(program_, context_, at));
    for (const size_t i : blockers(program_, standstill_.cycle.front())) {
      const HeldLock* held = held_lock(program_, state(i), at.wait.lock);
      if (!state(i).ended || held == nullptr) continue;
      finding.reason =
          fmt::format(fmt::runtime(state(i).left_behind
                                       ? "{} held it when this process was forked, which has no such thread"
                                       : "{} has ended without releasing it"),
                      who(state(i)));
      finding.moments.push_back(held_moment(program_, context_, state(i), *held));
    }
    if (finding.reason.empty()) {
      finding.reason = fmt::format(
          "the mutex says that the thread with tid {} has it, which this process has not: it ended, or it "
          "is one of the process that forked this one",
          at.wait.with);
    }
    finding.fingerprint =
        fingerprint(finding.rule, std::vector<std::string>{program_.locks[at.wait.lock].class_name,
                                                           function_at(at.wait.stack, context_.symbolizer)});
  }

  void tell_of_everyone(Finding& finding) {
    std::set<std::string> names;
    for (const size_t i : standstill_.behind) {
      const ThreadState& at = state(i);
      names.insert(function_at(at.wait.stack, context_.symbolizer));
      if (at.wait.kind == WaitKind::lock) finding.locks.push_back(finding_lock(program_.locks[at.wait.lock]));
      finding.moments.push_back(wait_moment(program_, context_, at));
    }
    const size_t count = standstill_.behind.size();
    finding.message =
        count == 1 ? fmt::format("{}, and there is no other thread that could end that.",
                                 wait_in_words(standstill_.behind.front()))
                   : fmt::format("All {} threads wait, and none is left that could wake one of them{}.",
                                 count, count <= kFew ? ": " + waits_in_words() : "");
    finding.reason =
        "every thread of the process is asleep in a wait without a time limit that only another thread of "
        "the process can end";
    finding.fingerprint = fingerprint(finding.rule, std::vector<std::string>(names.begin(), names.end()));
  }

  static constexpr size_t kFew = 4;

  // "worker (tid 5) waits for lock, which main thread holds"
  std::string wait_in_words(size_t i) const {
    std::string words = fmt::format("{} waits for {}", who(state(i)), awaited(program_, state(i).wait));
    const std::vector<size_t> in_the_way = blockers(program_, i);
    if (state(i).wait.kind == WaitKind::lock && !in_the_way.empty())
      words += relation(state(i).wait.lock, state(in_the_way.front()));
    return words;
  }
  std::string waits_in_words() const {
    std::string words;
    for (const size_t i : standstill_.behind) words += (words.empty() ? "" : "; ") + wait_in_words(i);
    return words;
  }

  const Program& program_;
  Context& context_;
  const Standstill& standstill_;
};

// The rules self-deadlock and lost-wakeup have theirs.
void run(const Program& program, Context& context) {
  for (const Standstill& standstill : find_standstills(program)) {
    if (waits_for_itself(program, standstill) || find_lost_wakeup(program, standstill) != nullptr) continue;
    context.findings.push_back(Deadlock(program, context, standstill).finding());
  }
}

}  // namespace

const Rule rules::deadlock{"deadlock", Severity::error, run, true};

}  // namespace gordian
