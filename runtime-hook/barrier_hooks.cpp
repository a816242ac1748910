// SPDX-License-Identifier: Apache-2.0
//
// pthread_barrier_wait. A barrier is held by nobody; but who waits at one is published as who waits for a
// lock is.
#include <pthread.h>

#include "runtime-hook/barrier.h"
#include "runtime-hook/handoffs.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/wait_while_holding.h"
#include "runtime-hook/wait_word.h"

using namespace gordian::hook;

GORDIAN_EXPORT int pthread_barrier_wait(pthread_barrier_t* barrier) {
  ensure_resolved();
  const CallSite site = GORDIAN_CALL_SITE();
  note_wait_while_holding(gordian::format::WaitedFor::barrier, site);
  // Once the wait is over, another thread may destroy it.
  const GlibcBarrier layout = layout_of(barrier);
  const WaitWord waiting(awaited(WaitKind::barrier, barrier, AcquireMode::blocking), site);
  const int result = real.pthread_barrier_wait(barrier);
  const bool passed = result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD;
  if (passed && layout.shared == 0) note_barrier(barrier, layout.threads);
  return result;
}
