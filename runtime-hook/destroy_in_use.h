// SPDX-License-Identifier: Apache-2.0
//
// Before the real call that destroys a lock, a condition or a barrier: whether it is in use. The object's own
// state decides; of most it says in a load or two that they are not.
#ifndef GORDIAN_RUNTIME_HOOK_DESTROY_IN_USE_H
#define GORDIAN_RUNTIME_HOOK_DESTROY_IN_USE_H

#include <pthread.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"

namespace gordian::hook {

// A lock with an owner, or a semaphore.
void note_destroy_in_use(Lockable lock, CallSite site);
void note_destroy_in_use(const pthread_cond_t* condition, CallSite site);
void note_destroy_in_use(const pthread_barrier_t* barrier, CallSite site);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_DESTROY_IN_USE_H
