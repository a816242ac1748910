// SPDX-License-Identifier: Apache-2.0
//
// pthread_cond_wait and its variants, C11's cnd_wait. glibc releases and takes the mutex again by internal
// calls that no hook sees, so both are modelled here: for the length of the wait the mutex is not held, and
// taking it again is an acquisition like any other, with an edge from whatever else is held.
//
// A wait is a cancellation point: the mutex is taken again before the program's clean-up handlers run, and
// those will unlock it. Hence the handler below, which runs before theirs. The functions must not be
// noexcept.
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "runtime-hook/cancellable_wait.h"
#include "runtime-hook/condition_mutexes.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/unheard_signals.h"

using namespace gordian::hook;

namespace {

// `condition`: null for one whose layout is not known.
template <typename Wait>
inline int wait(const pthread_cond_t* condition, pthread_mutex_t* mutex, AcquireMode mode, CallSite site,
                Wait real_wait) {
  const Awaited what = awaited(WaitKind::condition, condition, mode, mutex);
  // A recursive mutex locked more than once stays locked during the wait; a mutex we did not see taken stays
  // unseen.
  HeldEntry* entry = nullptr;
  if (holds_once(lockable(mutex))) {
    release_slowly(lockable(mutex), site);
    entry = prepare(lockable(mutex), site, {AcquireMode::reacquire});
    if (entry != nullptr && condition != nullptr) note_condition_mutex(condition, *entry, site);
  }
  const int result = wait_cancellably(what, site, {entry, OnCancel::commit}, real_wait);
  // Whatever the answer, the mutex is held again; ENOTRECOVERABLE alone says that it is not.
  if (entry != nullptr) result != ENOTRECOVERABLE ? commit(entry) : withdraw();
  return result;
}

}  // namespace

GORDIAN_EXPORT int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  ensure_resolved();
  return wait(condition, mutex, AcquireMode::blocking, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_cond_wait(condition, mutex); });
}

GORDIAN_EXPORT int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                          const timespec* until) {
  ensure_resolved();
  return wait(condition, mutex, AcquireMode::timed, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_cond_timedwait(condition, mutex, until); });
}

GORDIAN_EXPORT int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                          const timespec* until) {
  ensure_resolved();
  return wait(condition, mutex, AcquireMode::timed, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_cond_clockwait(condition, mutex, clock, until); });
}

GORDIAN_EXPORT int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  ensure_resolved();
  return wait(reinterpret_cast<const pthread_cond_t*>(condition), reinterpret_cast<pthread_mutex_t*>(mutex),
              AcquireMode::blocking, GORDIAN_CALL_SITE(), [&] { return real.cnd_wait(condition, mutex); });
}

GORDIAN_EXPORT int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  ensure_resolved();
  return wait(reinterpret_cast<const pthread_cond_t*>(condition), reinterpret_cast<pthread_mutex_t*>(mutex),
              AcquireMode::timed, GORDIAN_CALL_SITE(),
              [&] { return real.cnd_timedwait(condition, mutex, until); });
}

GORDIAN_EXPORT int pthread_cond_signal(pthread_cond_t* condition) {
  ensure_resolved();
  note_signal(condition, GORDIAN_CALL_SITE());
  return real.pthread_cond_signal(condition);
}

GORDIAN_EXPORT int pthread_cond_broadcast(pthread_cond_t* condition) {
  ensure_resolved();
  note_signal(condition, GORDIAN_CALL_SITE());
  return real.pthread_cond_broadcast(condition);
}

GORDIAN_EXPORT int cnd_signal(cnd_t* condition) {
  ensure_resolved();
  note_signal(reinterpret_cast<const pthread_cond_t*>(condition), GORDIAN_CALL_SITE());
  return real.cnd_signal(condition);
}

GORDIAN_EXPORT int cnd_broadcast(cnd_t* condition) {
  ensure_resolved();
  note_signal(reinterpret_cast<const pthread_cond_t*>(condition), GORDIAN_CALL_SITE());
  return real.cnd_broadcast(condition);
}

// Programs linked against a glibc older than 2.3.2 bind to these versions; their pthread_cond_t is laid out
// differently. exports.map has the versions.
__asm__(".symver old_pthread_cond_wait, pthread_cond_wait@GLIBC_2.2.5, remove");
GORDIAN_EXPORT int old_pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  ensure_resolved();
  return wait(nullptr, mutex, AcquireMode::blocking, GORDIAN_CALL_SITE(),
              [&] { return real.old_pthread_cond_wait(condition, mutex); });
}

__asm__(".symver old_pthread_cond_timedwait, pthread_cond_timedwait@GLIBC_2.2.5, remove");
GORDIAN_EXPORT int old_pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                              const timespec* until) {
  ensure_resolved();
  return wait(nullptr, mutex, AcquireMode::timed, GORDIAN_CALL_SITE(),
              [&] { return real.old_pthread_cond_timedwait(condition, mutex, until); });
}
