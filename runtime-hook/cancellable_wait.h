// SPDX-License-Identifier: Apache-2.0
//
// Waiting in calls that may be cancelled while they do: those for semaphores and file locks. What was
// published and counted before the call is taken back by a handler, which runs before the program's own.
#ifndef GORDIAN_RUNTIME_HOOK_CANCELLABLE_WAIT_H
#define GORDIAN_RUNTIME_HOOK_CANCELLABLE_WAIT_H

#include <pthread.h>

#include "runtime-hook/held_set.h"
#include "runtime-hook/wait_word.h"

namespace gordian::hook {

inline void withdraw_on_cancel(void*) {
  store(context.own->waiting_for, uint64_t{0}, std::memory_order_release);
  withdraw();
}

// In a function of its own, with nothing it could lose: the handler is set up by setjmp.
template <typename Block>
__attribute__((noinline)) int wait_cancellably(Lockable lock, HeldEntry& wanted, const Block& block) {
  const WaitWord waiting(lock, wanted);
  int result;
  pthread_cleanup_push(withdraw_on_cancel, nullptr);
  result = block();
  pthread_cleanup_pop(0);
  return result;
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CANCELLABLE_WAIT_H
