// SPDX-License-Identifier: Apache-2.0
//
// pthread_rwlock_*, and through them std::shared_mutex and std::shared_timed_mutex.
#include <pthread.h>

#include "runtime-hook/acquire.h"
#include "runtime-hook/destroy_in_use.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/plain_rwlock.h"
#include "runtime-hook/real.h"

using namespace gordian::hook;

namespace {

constexpr How kRead{AcquireMode::blocking, true};
constexpr How kWrite{AcquireMode::blocking};
constexpr How kTimedRead{AcquireMode::timed, true};
constexpr How kTimedWrite{AcquireMode::timed};

// As with mutexes, the other ways stand apart.

__attribute__((noinline)) int read_slowly(pthread_rwlock_t* lock, CallSite site) {
  ensure_resolved();
  return acquire_slowly(
      lockable(lock), site, kRead, [=] { return real.pthread_rwlock_tryrdlock(lock); },
      [=] { return real.pthread_rwlock_rdlock(lock); });
}

__attribute__((noinline)) int write_slowly(pthread_rwlock_t* lock, CallSite site) {
  ensure_resolved();
  return acquire_slowly(
      lockable(lock), site, kWrite, [=] { return real.pthread_rwlock_trywrlock(lock); },
      [=] { return real.pthread_rwlock_wrlock(lock); });
}

__attribute__((noinline)) int unlock_slowly(pthread_rwlock_t* lock, CallSite site) {
  release_slowly(lockable(lock), site);
  return real.pthread_rwlock_unlock(lock);
}

}  // namespace

GORDIAN_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  const CallSite site = GORDIAN_CALL_SITE();
  HeldEntry* const top = context.top;
  if (top == nullptr || !is_plain(lock) || !take_for_reading(lock)) [[unlikely]]
    return read_slowly(lock, site);
  return note_familiar(TaggedReader{lock}, site, top);
}

GORDIAN_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  const CallSite site = GORDIAN_CALL_SITE();
  HeldEntry* const top = context.top;
  if (top == nullptr || !is_plain(lock) || !take_for_writing(lock, context.tid)) [[unlikely]]
    return write_slowly(lock, site);
  return note_familiar(TaggedWriter{lock}, site, top);
}

GORDIAN_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* until) {
  ensure_resolved();
  return acquire_slowly(lockable(lock), GORDIAN_CALL_SITE(), kTimedRead, kNoAttempt,
                        [=] { return real.pthread_rwlock_timedrdlock(lock, until); });
}

GORDIAN_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* until) {
  ensure_resolved();
  return acquire_slowly(lockable(lock), GORDIAN_CALL_SITE(), kTimedWrite, kNoAttempt,
                        [=] { return real.pthread_rwlock_timedwrlock(lock, until); });
}

GORDIAN_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                              const timespec* until) {
  ensure_resolved();
  return acquire_slowly(lockable(lock), GORDIAN_CALL_SITE(), kTimedRead, kNoAttempt,
                        [=] { return real.pthread_rwlock_clockrdlock(lock, clock, until); });
}

GORDIAN_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                                              const timespec* until) {
  ensure_resolved();
  return acquire_slowly(lockable(lock), GORDIAN_CALL_SITE(), kTimedWrite, kNoAttempt,
                        [=] { return real.pthread_rwlock_clockwrlock(lock, clock, until); });
}

GORDIAN_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) {
  ensure_resolved();
  const How how{AcquireMode::try_only, true};
  return note_trial(real.pthread_rwlock_tryrdlock(lock), lockable(lock), GORDIAN_CALL_SITE(), how);
}

GORDIAN_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) {
  ensure_resolved();
  const How how{AcquireMode::try_only};
  return note_trial(real.pthread_rwlock_trywrlock(lock), lockable(lock), GORDIAN_CALL_SITE(), how);
}

// As with mutexes, released before the real unlock.
GORDIAN_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  if (!release_last(reinterpret_cast<uint64_t>(lock))) [[unlikely]]
    return unlock_slowly(lock, GORDIAN_CALL_SITE());
  return is_plain(lock) && release_from_reading(lock) ? 0 : real.pthread_rwlock_unlock(lock);
}

GORDIAN_EXPORT int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) {
  ensure_resolved();
  const int result = real.pthread_rwlock_init(lock, attributes);
  if (result == 0) begin_generation(lockable(lock), GORDIAN_CALL_SITE());
  return result;
}

GORDIAN_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t* lock) {
  ensure_resolved();
  note_destroy_in_use(lockable(lock), GORDIAN_CALL_SITE());
  const DyingLock dying = before_destroy(lockable(lock));
  const int result = real.pthread_rwlock_destroy(lock);
  if (result == 0) end_generation(dying, GORDIAN_CALL_SITE());
  return result;
}

// As with mutexes: the names of older programs.
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_rdlock)
int __pthread_rwlock_rdlock(pthread_rwlock_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_wrlock)
int __pthread_rwlock_wrlock(pthread_rwlock_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_tryrdlock)
int __pthread_rwlock_tryrdlock(pthread_rwlock_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_trywrlock)
int __pthread_rwlock_trywrlock(pthread_rwlock_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_unlock)
int __pthread_rwlock_unlock(pthread_rwlock_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_init)
int __pthread_rwlock_init(pthread_rwlock_t*, const pthread_rwlockattr_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_rwlock_destroy)
int __pthread_rwlock_destroy(pthread_rwlock_t*);
