// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_LIVE_REMOTE_STACK_H
#define GORDIAN_CORE_LIVE_REMOTE_STACK_H

#include <cstdint>
#include <vector>

#include "core/graph/program.h"

namespace gordian {

// The stack of a thread of another process, by ptrace and elfutils, innermost first: addresses as in Stack.
// Empty: the kernel does not allow it, or the thread did not stop in time. Modules that `process` lacks are
// added to it. The thread stands still for some milliseconds.
std::vector<uint64_t> remote_stack(uint32_t tid, Process& process);

}  // namespace gordian

#endif  // GORDIAN_CORE_LIVE_REMOTE_STACK_H
