// SPDX-License-Identifier: Apache-2.0
//
// Which mutex the last waiter of each condition came with. All that wait at one time must come with the same.
//
// A small table by address, in which conditions displace each other: one that is forgotten is learned anew,
// and a fault may go unseen. Thread safety: any thread, lock-free.
#ifndef GORDIAN_RUNTIME_HOOK_CONDITION_MUTEXES_H
#define GORDIAN_RUNTIME_HOOK_CONDITION_MUTEXES_H

#include <pthread.h>

#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// Before the calling thread waits, at `site`. `entry` is that of taking the mutex again. Notes an event if
// others wait with another mutex.
void note_condition_mutex(const pthread_cond_t* condition, HeldEntry& entry, CallSite site);

// In the child of a fork, where nobody waits.
void forget_condition_mutexes();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CONDITION_MUTEXES_H
