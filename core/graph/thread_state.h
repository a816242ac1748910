// SPDX-License-Identifier: Apache-2.0
//
// What the threads of a process hold and wait for at one moment: now, if it runs, or when it was killed.
#ifndef GORDIAN_CORE_GRAPH_THREAD_STATE_H
#define GORDIAN_CORE_GRAPH_THREAD_STATE_H

#include <cstdint>
#include <string>
#include <vector>

#include "core/format/trace_format.h"
#include "core/graph/ids.h"

namespace gordian {

struct HeldLock {
  LockId lock{};
  StackId taken = kNoStack;
  bool shared = false;
  uint32_t permits = 1;  // of a semaphore; how often it was entered, of a recursive mutex
};

struct Wait {
  format::WaitKind kind = format::WaitKind::nothing;
  LockId lock = kNoLock;        // of a wait for a lock, and the mutex of a condition
  ThreadId thread = kNoThread;  // whose end is waited for
  uint64_t object = 0;          // address of a condition or barrier
  uint64_t with = 0;            // a mutex's owner as the mutex says it, by tid; a barrier's number of threads
  bool timed = false;           // it will give up
  bool shared = false;          // for a read lock
  bool behind_writers = false;  // which waiting writers keep from it
  bool process_shared = false;  // other processes use the object too
  bool anyone_ends = false;     // a semaphore: that its holders are who posts it has not been seen
  bool but_not_itself = false;  // of a script's lock, that has been seen of itself least
  bool other_processes = false;  // others than this one may end it
  bool owner_is_gone = false;    // the mutex says that a thread has it that is not there any more
  uint64_t since_ns = 0;         // CLOCK_MONOTONIC
  StackId stack = kNoStack;
  StackId unheard = kNoStack;  // a condition: where it was signalled before the wait, when nobody waited
  uint32_t number = 0;
};

struct ThreadState {
  ThreadId thread{};
  bool ended = false;        // it is no more; what it held stays held
  bool left_behind = false;  // in the process that forked this one: the same for this one
  std::vector<HeldLock> held;
  Wait wait;
  std::string activity;  // what it does at this moment: "is in read() on pipe:[4711]"; empty: not asked
  StackId activity_stack = kNoStack;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_THREAD_STATE_H
