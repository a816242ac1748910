// SPDX-License-Identifier: Apache-2.0
//
// The ends of conditions and barriers, which have no life that the hook follows. Noted before the call, which
// blocks for as long as somebody waits.
#include <pthread.h>
#include <threads.h>

#include "runtime-hook/destroy_in_use.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"

using namespace gordian::hook;

// Not the version before 2.3.2, whose condition is another object.
GORDIAN_EXPORT int pthread_cond_destroy(pthread_cond_t* condition) {
  ensure_resolved();
  note_destroy_in_use(condition, GORDIAN_CALL_SITE());
  return real.pthread_cond_destroy(condition);
}

GORDIAN_EXPORT void cnd_destroy(cnd_t* condition) {
  ensure_resolved();
  note_destroy_in_use(reinterpret_cast<const pthread_cond_t*>(condition), GORDIAN_CALL_SITE());
  real.cnd_destroy(condition);
}

GORDIAN_EXPORT int pthread_barrier_destroy(pthread_barrier_t* barrier) {
  ensure_resolved();
  note_destroy_in_use(barrier, GORDIAN_CALL_SITE());
  return real.pthread_barrier_destroy(barrier);
}
