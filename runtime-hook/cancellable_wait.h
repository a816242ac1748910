// SPDX-License-Identifier: Apache-2.0
//
// Waiting in calls that may be cancelled while they do. What was published and counted before the call is put
// right by a handler, which runs before the program's own.
#ifndef GORDIAN_RUNTIME_HOOK_CANCELLABLE_WAIT_H
#define GORDIAN_RUNTIME_HOOK_CANCELLABLE_WAIT_H

#include <pthread.h>

#include "runtime-hook/held_set.h"
#include "runtime-hook/wait_word.h"

namespace gordian::hook {

// What becomes of the prepared entry when the wait is cancelled.
enum class OnCancel : uint8_t {
  withdraw,  // the lock was not obtained
  commit,    // it was: the mutex of a condition is taken again before the clean-up handlers run
};

struct PendingWait {
  HeldEntry* entry;  // null: nothing was prepared
  OnCancel on_cancel;
};

inline void cancel_wait(void* argument) {
  const auto& pending = *static_cast<PendingWait*>(argument);
  WaitWord::end();
  if (pending.entry == nullptr) return;
  pending.on_cancel == OnCancel::commit ? commit(pending.entry) : withdraw();
}

// In a function of its own, with nothing it could lose: the handler is set up by setjmp.
template <typename Block>
__attribute__((noinline)) int wait_cancellably(const Awaited& what, CallSite site, PendingWait pending,
                                               const Block& block) {
  const WaitWord waiting(what, site, pending.entry);
  int result;
  pthread_cleanup_push(cancel_wait, &pending);
  result = block();
  pthread_cleanup_pop(0);
  return result;
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CANCELLABLE_WAIT_H
