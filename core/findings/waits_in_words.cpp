// SPDX-License-Identifier: Apache-2.0
#include "core/findings/waits_in_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/findings/describe.h"

namespace gordian {
namespace {

// Of two processes, what is at hand is one lock where both see the same object.
bool is_same_lock(const Program& program, LockId a, LockId b) {
  const uint64_t key = program.locks[a].shared_key;
  return a == b || (key != 0 && key == program.locks[b].shared_key);
}

}  // namespace

std::string waiter(const Program& program, const ThreadState& state) {
  const Thread& thread = program.threads[state.thread];
  if (program.processes.size() == 1) return thread_name(thread);
  return fmt::format("{} of {}", thread_name(thread), process_name(program.processes[thread.process]));
}

std::string awaited(const Program& program, const Wait& wait) {
  switch (wait.kind) {
    case format::WaitKind::lock:
      return program.locks[wait.lock].name;
    case format::WaitKind::thread:
      return fmt::format("the end of {}",
                         wait.thread != kNoThread ? thread_name(program.threads[wait.thread]) : "a thread");
    case format::WaitKind::condition:
      return "a condition";
    case format::WaitKind::barrier:
      return fmt::format("a barrier for {} threads", wait.with);
    case format::WaitKind::nothing:
      break;
  }
  return "nothing";
}

const HeldLock* held_lock(const Program& program, const ThreadState& state, LockId lock) {
  const auto found = std::ranges::find_if(
      state.held, [&](const HeldLock& held) { return is_same_lock(program, held.lock, lock); });
  return found != state.held.end() ? &*found : nullptr;
}

const ThreadState* find_lost_wakeup(const Program& program, const Standstill& standstill) {
  if (!standstill.everyone) return nullptr;
  for (const size_t i : standstill.behind) {
    if (program.states[i].wait.unheard != kNoStack) return &program.states[i];
  }
  return nullptr;
}

void name_processes(const Program& program, const Standstill& standstill, Finding& finding) {
  std::set<ProcessId> all;
  for (const size_t i : standstill.everyone ? standstill.behind : standstill.cycle)
    all.insert(program.threads[program.states[i].thread].process);
  for (const ProcessId id : all) {
    finding.process += (finding.process.empty() ? "" : ", ") + process_name(program.processes[id]);
    finding.pids.push_back(program.processes[id].pid);
  }
}

FindingMoment wait_moment(const Program& program, Context& context, const ThreadState& state) {
  const Wait& wait = state.wait;
  const uint64_t now = program.processes[program.threads[state.thread].process].now_ns;
  const std::string since = now > wait.since_ns ? fmt::format(", for {}", duration(now - wait.since_ns)) : "";
  const std::string what = awaited(program, wait);
  return {fmt::format("{} is waited for here", what),
          fmt::format("{} waits for {}{}", waiter(program, state), what, since),
          thread_name(program.threads[state.thread]), finding_stack(wait.stack, program, context.symbolizer)};
}

FindingMoment held_moment(const Program& program, Context& context, const ThreadState& state,
                          const HeldLock& held) {
  const std::string& lock = program.locks[held.lock].name;
  return {fmt::format("{} is taken here, and kept", lock),
          fmt::format("{} holds {}{}", waiter(program, state), lock, held.shared ? " (as a reader)" : ""),
          thread_name(program.threads[state.thread]), finding_stack(held.taken, program, context.symbolizer)};
}

}  // namespace gordian
