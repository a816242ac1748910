// SPDX-License-Identifier: Apache-2.0
//
// pthread_barrier_wait. A barrier is held by nobody; but who waits at one is published as who waits for a
// lock is.
#include <pthread.h>

#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/wait_while_holding.h"
#include "runtime-hook/wait_word.h"

using namespace gordian::hook;

GORDIAN_EXPORT int pthread_barrier_wait(pthread_barrier_t* barrier) {
  ensure_resolved();
  const CallSite site = GORDIAN_CALL_SITE();
  note_wait_while_holding(gordian::format::WaitedFor::barrier, site);
  const WaitWord waiting(awaited(WaitKind::barrier, barrier, AcquireMode::blocking), site);
  return real.pthread_barrier_wait(barrier);
}
