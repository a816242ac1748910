// SPDX-License-Identifier: Apache-2.0
#include "core/live/activity.h"

#include <set>
#include <utility>

#include "core/graph/wait_graph.h"
#include "core/live/remote_stack.h"
#include "core/live/system_call.h"

namespace gordian {

void add_activities(Program& program, size_t first) {
  std::set<size_t> in_the_way;
  for (size_t i = first; i < program.states.size(); ++i) {
    for (const size_t blocker : blockers(program, i)) in_the_way.insert(blocker);
  }
  for (const size_t i : in_the_way) {
    ThreadState& state = program.states[i];
    if (state.ended || state.wait.kind != format::WaitKind::nothing) continue;
    const Thread& thread = program.threads[state.thread];
    Process& process = program.processes[thread.process];
    const SystemCall call = system_call(process.pid, thread.tid);
    state.activity = in_words(call, process.pid);
    Stack stack;
    stack.process = thread.process;
    stack.seen = UINT64_MAX;
    if (survives_stop(call, process.pid)) stack.return_addresses = remote_stack(thread.tid, process);
    if (stack.return_addresses.empty() && call.pc != 0) {
      stack.return_addresses = {call.pc + 1};
      stack.truncated = true;
    }
    if (!stack.return_addresses.empty()) state.activity_stack = program.stacks.add(std::move(stack));
  }
}

}  // namespace gordian
