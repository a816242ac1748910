// SPDX-License-Identifier: Apache-2.0
//
// Threads at one moment, in the words of a test: what each holds and waits for. A thread is meant by its
// position in Program::states.
#ifndef GORDIAN_TESTS_UNIT_MOMENT_BUILDER_H
#define GORDIAN_TESTS_UNIT_MOMENT_BUILDER_H

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/unit/program_builder.h"

namespace gordian {

class MomentBuilder : public ProgramBuilder {
 public:
  using ProgramBuilder::lock;
  using ProgramBuilder::thread;

  LockId lock(LockKind kind, uint32_t permits = 0) {
    const LockId id = lock();
    program.locks[id].kind = kind;
    program.locks[id].permits = permits;
    return id;
  }

  // A new thread that runs.
  size_t thread(ProcessId process = ProcessId{0}) {
    const auto tid = static_cast<uint32_t>(5000 + program.threads.size());
    const ThreadId id = thread("worker", tid);
    program.threads[id].process = process;
    return state(id);
  }

  size_t state(ThreadId thread) {
    program.states.push_back({});
    program.states.back().thread = thread;
    return program.states.size() - 1;
  }

  HeldLock& holds(size_t state, LockId lock, uint32_t permits = 1) {
    HeldLock held;
    held.lock = lock;
    held.permits = permits;
    return program.states[state].held.emplace_back(held);
  }
  void reads(size_t state, LockId lock) { holds(state, lock).shared = true; }

  Wait& wants(size_t state, LockId lock) {
    Wait& wait = waits(state, format::WaitKind::lock);
    wait.lock = lock;
    return wait;
  }
  Wait& wants_to_read(size_t state, LockId lock) {
    Wait& wait = wants(state, lock);
    wait.shared = true;
    return wait;
  }
  void joins(size_t joiner, size_t joined) {
    waits(joiner, format::WaitKind::thread).thread = program.states[joined].thread;
  }
  Wait& waits(size_t state, format::WaitKind kind) {
    Wait& wait = program.states[state].wait;
    wait.kind = kind;
    wait.since_ns = kBegun;
    return wait;
  }

  // Nobody but the threads known can wake one of them, and they have had the time to.
  void everybody_is_known(ProcessId process = ProcessId{0}) {
    program.processes[process].all_threads_known = true;
    program.processes[process].now_ns = kBegun + 10'000'000'000;
  }

  static constexpr uint64_t kBegun = 1'000'000'000;
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_MOMENT_BUILDER_H
