// SPDX-License-Identifier: Apache-2.0
#include "core/graph/wait_graph.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace gordian {
namespace {

using format::WaitKind;

// A thread that has been woken may not have come to say so yet.
constexpr uint64_t kUnansweredNs = 500'000'000;

class WaitGraph {
 public:
  explicit WaitGraph(const Program& program) : program_(program), states_(program.states) {
    for (size_t i = 0; i < states_.size(); ++i) {
      by_thread_[states_[i].thread] = i;
      for (const HeldLock& held : states_[i].held) holders_[key(held.lock)].push_back({i, &held});
      if (states_[i].wait.kind == WaitKind::lock && !states_[i].wait.shared)
        writers_waiting_[key(states_[i].wait.lock)].push_back(i);
    }
  }

  std::vector<size_t> blockers(size_t waiter) const {
    const Wait& wait = states_[waiter].wait;
    std::vector<size_t> result;
    if (wait.anyone_ends) return result;
    if (wait.kind == WaitKind::thread) {
      const auto target = by_thread_.find(wait.thread);
      if (target != by_thread_.end()) result.push_back(target->second);
    } else if (wait.kind == WaitKind::lock) {
      for (const auto& [holder, held] : holders(wait.lock)) {
        if (wait.but_not_itself && holder == waiter) continue;
        if ((!wait.shared || !held->shared) && can_conflict(waiter, holder, wait.lock))
          result.push_back(holder);
      }
      if (result.empty() && wait.behind_writers) {
        const auto writers = writers_waiting_.find(key(wait.lock));
        if (writers != writers_waiting_.end()) result = writers->second;
        std::erase(result, waiter);
      }
    }
    return result;
  }

  std::vector<Standstill> standstills() {
    in_cycle_.assign(states_.size(), false);
    hopeful_ = those_who_go_on(true);
    goes_ = those_who_go_on(false);
    std::vector<Standstill> all;
    std::vector<size_t> everyone;
    for (size_t i = 0; i < states_.size(); ++i) {
      if (!waits_for_ever(i) || hopeful_[i] || in_cycle_[i]) continue;
      std::vector<size_t> cycle = cycle_from(i);
      for (const size_t member : cycle) in_cycle_[member] = true;
      if (!cycle.empty()) all.push_back({std::move(cycle), {}, false});
    }
    for (size_t i = 0; i < states_.size(); ++i) {
      if (!waits_for_ever(i) || in_cycle_[i]) continue;
      hopeful_[i] ? everyone.push_back(i) : standstill_before(i, all).behind.push_back(i);
    }
    std::map<ProcessId, std::vector<size_t>> by_process;
    for (const size_t i : everyone) by_process[process(i)].push_back(i);
    for (auto& [process, members] : by_process) all.push_back({{}, std::move(members), true});
    return all;
  }

 private:
  struct Holder {
    size_t state;
    const HeldLock* held;
  };
  // A lock that several processes use has an id in each.
  using Key = std::pair<uint64_t, LockId>;

  Key key(LockId lock) const {
    const uint64_t shared = program_.locks[lock].shared_key;
    return shared != 0 ? Key{shared, kNoLock} : Key{0, lock};
  }
  ProcessId process(size_t state) const { return program_.threads[states_[state].thread].process; }

  std::vector<Holder> holders(LockId lock) const {
    const auto found = holders_.find(key(lock));
    return found != holders_.end() ? found->second : std::vector<Holder>{};
  }

  // Of file locks only those of flock() count: of the others, parts of a file are locked, and the kernel
  // itself refuses to let processes wait for each other. Whoever asks for one that it has gives that up
  // first. Threads of one process share an open file description, unless they were seen to have several.
  bool can_conflict(size_t waiter, size_t holder, LockId lock) const {
    if (program_.locks[lock].kind != LockKind::file_lock) return true;
    const auto type = static_cast<format::FileLockType>(program_.locks[lock].address & 3);
    const Wait& wait = states_[holder].wait;
    const bool gave_up = wait.kind == WaitKind::lock && key(wait.lock) == key(lock);
    const bool shared_by_threads = program_.graph.vertex(lock) == LockGraph::Vertex::signal;
    return type == format::FileLockType::flock && !gave_up &&
           (process(waiter) != process(holder) || !shared_by_threads);
  }

  // Whether the wait of `i` ends, as far as those go that are known to go on.
  bool may_go_on(size_t i) const {
    const ThreadState& state = states_[i];
    if (state.ended) return false;
    const Wait& wait = state.wait;
    if (wait.kind == WaitKind::nothing || wait.timed) return true;
    if (wait.kind == WaitKind::condition || wait.kind == WaitKind::barrier) return anyone_may_end(i);
    const std::vector<size_t> in_the_way = blockers(i);
    if (wait.kind == WaitKind::thread)
      return in_the_way.empty() || goes_[in_the_way.front()] || has_ended(in_the_way);
    if (wait.owner_is_gone) return false;
    const Lock& lock = program_.locks[wait.lock];
    if (wait.anyone_ends || (in_the_way.empty() && is_semaphore(lock.kind))) return anyone_may_end(i);
    if (in_the_way.empty()) return true;
    const auto goes = [&](size_t blocker) { return goes_[blocker]; };
    if (is_semaphore(lock.kind) && lock.permits != 1)
      return !all_permits_known(wait.lock) || std::ranges::any_of(in_the_way, goes);
    return std::ranges::all_of(in_the_way, goes);
  }

  // The end of a thread that has ended is no wait.
  bool has_ended(const std::vector<size_t>& threads) const { return states_[threads.front()].ended; }

  bool all_permits_known(LockId lock) const {
    const auto all = holders(lock);
    const uint64_t known =
        std::accumulate(all.begin(), all.end(), uint64_t{0},
                        [](uint64_t sum, const Holder& holder) { return sum + holder.held->permits; });
    return program_.locks[lock].permits != 0 && known >= program_.locks[lock].permits;
  }

  bool anyone_may_end(size_t i) const {
    if (all_are_woken_) return true;
    const Process& all = program_.processes[process(i)];
    if (states_[i].wait.other_processes || !all.all_threads_known) return true;
    if (all.now_ns < states_[i].wait.since_ns + kUnansweredNs) return true;
    for (size_t other = 0; other < states_.size(); ++other) {
      if (goes_[other] && process(other) == process(i)) return true;
    }
    return false;
  }

  // `woken`: supposing that whoever anybody may wake is woken.
  std::vector<bool> those_who_go_on(bool woken) {
    all_are_woken_ = woken;
    goes_.assign(states_.size(), false);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i < states_.size(); ++i) {
        if (goes_[i] || !may_go_on(i)) continue;
        goes_[i] = true;
        changed = true;
      }
    }
    return goes_;
  }

  bool waits_for_ever(size_t i) const { return !goes_[i] && !states_[i].ended; }

  // The one to look at next behind `i`, which is not hopeful: one in its way that is not either.
  size_t next(size_t i) const {
    for (const size_t blocker : blockers(i)) {
      if (!hopeful_[blocker]) return blocker;
    }
    return i;
  }
  bool waits_for_one_that_is_gone(size_t i) const {
    if (states_[i].wait.owner_is_gone) return true;
    const size_t behind = next(i);
    return behind != i && states_[behind].ended;
  }

  // Follows one blocker of each: whoever is not hopeful leads into a cycle, or to one that waits for one that
  // is gone. Empty: to such as are known already.
  std::vector<size_t> cycle_from(size_t start) const {
    std::vector<size_t> path;
    for (size_t at = start; !in_cycle_[at]; at = next(at)) {
      const auto seen = std::ranges::find(path, at);
      if (seen != path.end()) return {seen, path.end()};
      if (waits_for_one_that_is_gone(at)) return {at};
      path.push_back(at);
    }
    return {};
  }

  Standstill& standstill_before(size_t i, std::vector<Standstill>& all) const {
    while (!in_cycle_[i]) i = next(i);
    return *std::ranges::find_if(
        all, [&](const Standstill& each) { return std::ranges::find(each.cycle, i) != each.cycle.end(); });
  }

  const Program& program_;
  const std::vector<ThreadState>& states_;
  std::map<ThreadId, size_t> by_thread_;
  std::map<Key, std::vector<Holder>> holders_;
  std::map<Key, std::vector<size_t>> writers_waiting_;
  bool all_are_woken_ = false;
  std::vector<bool> hopeful_;  // they go on if all are woken whom anybody may wake
  std::vector<bool> goes_;
  std::vector<bool> in_cycle_;
};

}  // namespace

std::vector<Standstill> find_standstills(const Program& program) {
  return WaitGraph(program).standstills();
}

std::vector<size_t> blockers(const Program& program, size_t waiter) {
  return WaitGraph(program).blockers(waiter);
}

bool waits_for_itself(const Program& program, const Standstill& standstill) {
  if (standstill.cycle.size() != 1) return false;
  const std::vector<size_t> in_the_way = blockers(program, standstill.cycle.front());
  return std::ranges::find(in_the_way, standstill.cycle.front()) != in_the_way.end();
}

}  // namespace gordian
