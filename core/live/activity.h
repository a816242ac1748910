// SPDX-License-Identifier: Apache-2.0
//
// What a thread does at this moment: the system call it is in, with the path or peer of its descriptor, and
// its stack.
//
// The stack is read by ptrace, without a signal: the thread stops for the blink of an eye and goes on. Not
// where that could be seen by the program: a stop ends some system calls with EINTR (epoll_wait, semop, calls
// on sockets with a time limit). There, the system call must do.
#ifndef GORDIAN_CORE_LIVE_ACTIVITY_H
#define GORDIAN_CORE_LIVE_ACTIVITY_H

#include <cstddef>

#include "core/graph/program.h"

namespace gordian {

// Fills in the activity of all threads that keep another from going on. `first`: position in Program::states
// from where on.
void add_activities(Program& program, size_t first);

}  // namespace gordian

#endif  // GORDIAN_CORE_LIVE_ACTIVITY_H
