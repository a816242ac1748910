// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/thread_states.h"

#include <algorithm>
#include <vector>

namespace gordian {
namespace {

using format::WaitKind;

class States {
 public:
  States(const ProcessMoment& moment, const TraceIds& ids, ProcessId process, Program& program)
      : moment_(moment), ids_(ids), process_(process), program_(program), newest_lock_(ids.newest_lock) {}

  void add() {
    std::vector<ThreadId> threads;
    for (const HotThread& thread : moment_.threads) {
      threads.push_back(thread_of(thread));
      // Those for which the trace had no room have no reference, all of them.
      if (thread.thread != format::ThreadRef::none) threads_[thread.thread] = threads.back();
    }
    for (const HotThread& thread : moment_.threads) know_held(thread);
    for (size_t i = 0; i < threads.size(); ++i) add(moment_.threads[i], threads[i]);
    Process& process = program_.processes[process_];
    process.all_threads_known =
        moment_.worst_case || (moment_.running && moment_.all_asleep && all_tasks_seen());
    process.now_ns = moment_.worst_case ? UINT64_MAX : moment_.now_ns;
  }

 private:
  // Two threads that met a lock at once may both have written its record: the one that is held by is the one
  // that counts.
  void know_held(const HotThread& hot) {
    for (const HotLock& held : hot.held) {
      if (const auto lock = ids_.locks.find(held.id)) newest_lock_[{held.address, held.kind}] = *lock;
    }
  }

  void add(const HotThread& hot, ThreadId thread) {
    const bool is_gone = hot.left_behind || (moment_.running ? !moment_.tasks.contains(hot.tid) : hot.ending);
    if (is_gone && hot.held.empty()) return;
    ThreadState state;
    state.thread = thread;
    state.ended = is_gone;
    state.left_behind = hot.left_behind;
    for (const HotLock& held : hot.held) {
      const StackId taken = stack_of_path(held.path);
      state.held.push_back({lock_of(held, taken), taken, held.shared, held.recursion});
    }
    if (!is_gone) state.wait = wait_of(hot.wait);
    program_.states.push_back(std::move(state));
  }

  // A thread that is in the hot file before it is in the trace as it was read.
  ThreadId thread_of(const HotThread& hot) {
    if (const auto known = ids_.threads.find(hot.thread)) return *known;
    Thread thread;
    thread.process = process_;
    thread.tid = hot.tid;
    thread.main = hot.tid == program_.processes[process_].pid;
    return program_.threads.add(std::move(thread));
  }

  StackId stack_of_path(uint64_t path) const {
    const auto found = ids_.path_stacks.find(path);
    return found != ids_.path_stacks.end() ? found->second : kNoStack;
  }

  LockId lock_of(const HotLock& held, StackId taken) {
    const auto known = held.id != format::LockRef::none ? ids_.locks.find(held.id) : std::nullopt;
    return known ? with_key(*known) : lock_at(held.address, held.kind, taken);
  }

  LockId lock_at(uint64_t address, format::LockKind kind, StackId taken) {
    const auto [entry, is_new] = newest_lock_.try_emplace({address, kind}, kNoLock);
    if (is_new) {
      Lock lock;
      lock.process = process_;
      lock.address = address;
      lock.kind = static_cast<LockKind>(kind);
      lock.first_taken = taken;
      lock.seen = taken != kNoStack ? program_.stacks[taken].seen : UINT64_MAX;
      program_.graph.add_lock();
      entry->second = program_.locks.add(std::move(lock));
    }
    return with_key(entry->second);
  }

  // File locks and System V semaphores are known by the same key in all processes.
  LockId with_key(LockId id) {
    Lock& lock = program_.locks[id];
    const auto shared = moment_.shared_keys.find(lock.address);
    if (lock.kind == LockKind::file_lock || lock.kind == LockKind::system_v_semaphore) {
      lock.shared_key = lock.address;
    } else if (shared != moment_.shared_keys.end()) {
      lock.shared_key = shared->second;
    }
    return id;
  }

  Wait wait_of(const HotWait& hot) {
    Wait wait;
    wait.kind = hot.kind;
    if (hot.kind == WaitKind::nothing) return wait;
    wait.stack = ids_.stacks.find(hot.stack).value_or(kNoStack);
    wait.object = hot.object;
    wait.with = hot.with;
    wait.timed = hot.timed;
    wait.since_ns = hot.since_ns;
    wait.number = hot.number;
    wait.unheard = ids_.stacks.find(hot.unheard).value_or(kNoStack);
    wait.process_shared = (hot.flags & format::kWaitsForOthers) != 0;
    switch (hot.kind) {
      case WaitKind::lock:
        wait.lock = lock_at(hot.object, hot.lock_kind, wait.stack);
        wait.shared = (hot.flags & format::kWaitsToRead) != 0;
        wait.behind_writers = (hot.flags & format::kWaitsBehindWriters) != 0;
        wait.owner_is_gone = hot.lock_kind == format::LockKind::mutex && hot.with != 0 &&
                             !wait.process_shared && is_gone(static_cast<uint32_t>(hot.with));
        if (Lock& lock = program_.locks[wait.lock]; is_semaphore(hot.lock_kind) && lock.permits == 0)
          lock.permits = static_cast<uint32_t>(hot.with);
        wait.anyone_ends = is_semaphore(hot.lock_kind) &&
                           (hot.flags & (format::kWaitsForHolder | format::kWaitsInScript)) == 0;
        wait.but_not_itself = is_semaphore(hot.lock_kind) && (hot.flags & format::kWaitsForHolder) == 0;
        // A handler may post a semaphore, and another process one that it shares.
        wait.other_processes =
            is_semaphore(hot.lock_kind) && (moment_.has_signal_handlers || wait.process_shared);
        break;
      case WaitKind::thread:
        if (const auto target = threads_.find(static_cast<format::ThreadRef>(hot.object));
            target != threads_.end())
          wait.thread = target->second;
        break;
      default:
        wait.other_processes = wait.process_shared;
        break;
    }
    return wait;
  }

  bool is_gone(uint32_t tid) const {
    if (moment_.running) return !moment_.tasks.contains(tid);
    return moment_.worst_case &&
           std::ranges::none_of(moment_.threads, [&](const HotThread& thread) { return thread.tid == tid; });
  }

  bool all_tasks_seen() const {
    return std::ranges::all_of(moment_.tasks, [&](uint32_t tid) {
      return std::ranges::any_of(moment_.threads, [&](const HotThread& thread) { return thread.tid == tid; });
    });
  }

  const ProcessMoment& moment_;
  const TraceIds& ids_;
  const ProcessId process_;
  Program& program_;
  std::map<std::pair<uint64_t, format::LockKind>, LockId> newest_lock_;
  std::map<format::ThreadRef, ThreadId> threads_;
};

}  // namespace

void add_states(const ProcessMoment& moment, const TraceIds& ids, ProcessId process, Program& program) {
  States(moment, ids, process, program).add();
}

}  // namespace gordian
