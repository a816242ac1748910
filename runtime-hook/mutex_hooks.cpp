// SPDX-License-Identifier: Apache-2.0
//
// pthread_mutex_*, and through them std::mutex, std::recursive_mutex and their kin; C11's mtx_*.
#include <pthread.h>
#include <threads.h>

#include "runtime-hook/acquire.h"
#include "runtime-hook/destroy_in_use.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/plain_mutex.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"

using namespace gordian::hook;

namespace {

// A trial of ours must leave nothing behind when it fails. In glibc one of a robust mutex that cannot be
// recovered leaves it locked, and one that cannot raise the thread's priority to the ceiling makes the next
// call succeed.
constexpr int kCeiling = 64;
bool may_be_tried(const pthread_mutex_t* mutex) {
  return (mutex->__data.__kind & (kRobust | kCeiling)) == 0;
}

// The other ways through lock and unlock stand apart, so that the fast one needs no stack frame.

__attribute__((noinline)) int lock_slowly(pthread_mutex_t* mutex, CallSite site) {
  return acquire_slowly(
      lockable(mutex), site, {AcquireMode::blocking},
      [=] { return may_be_tried(mutex) ? real.pthread_mutex_trylock(mutex) : EBUSY; },
      [=] { return real.pthread_mutex_lock(mutex); });
}

// Of a mutex that is free, so that this thread does not have it either.
bool knows_step(HeldEntry& top, TaggedMutex lock, CallSite site) {
  return &top == bottom_of(*context.slot) ? refill_flat<AcquireMode::blocking>(top, lock, site)
                                          : refill_nested<AcquireMode::blocking>(top, lock, site);
}

// A mutex that is not plain. It is tried first, so that what is in the held set is held: whoever looks at it
// from outside relies on that.
__attribute__((noinline)) int lock_by_call(pthread_mutex_t* mutex, CallSite site) {
  ThreadSlot& slot = *context.slot;
  HeldEntry* const top = top_of(slot);
  const TaggedMutex lock{mutex};
  const bool may_be_known = load(mutex->__data.__lock) == 0 && is_taggable(mutex) && may_be_tried(mutex);
  const bool known =
      may_be_known && (is_remembered(slot, *top, lock, site) || knows_step(*top, lock, site) ||
                       prepare_known(slot, lockable(mutex), site, {AcquireMode::blocking}) == top);
  if (!known) return lock_slowly(mutex, site);
  if (real.pthread_mutex_trylock(mutex) == 0) {
    set_top(slot, top + 1);
    return 0;
  }
  slot.acquisitions -= 1;  // lock_slowly() counts it
  return lock_slowly(mutex, site);
}

inline int unlock(pthread_mutex_t* mutex) {
  return is_plain(mutex) && release_unwaited(mutex) ? 0 : real.pthread_mutex_unlock(mutex);
}

__attribute__((noinline)) int unlock_slowly(pthread_mutex_t* mutex, CallSite site) {
  return release_slowly(lockable(mutex), site) ? unlock(mutex) : real.pthread_mutex_unlock(mutex);
}

}  // namespace

// The fast way is for an acquisition that is remembered, of a plain lock that is free. It is taken first and
// noted then: nothing is waited for.
GORDIAN_EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) {
  const CallSite site = GORDIAN_CALL_SITE();
  HeldEntry* const top = context.top;
  if (top == nullptr) [[unlikely]]
    return lock_slowly(mutex, site);
  if (!is_plain(mutex)) return lock_by_call(mutex, site);
  if (!take_free(mutex, context.tid)) [[unlikely]]
    return lock_slowly(mutex, site);
  return note_familiar(TaggedMutex{mutex}, site, top);
}

// Released before the real unlock: once that is done, another thread may take, destroy or free the lock.
GORDIAN_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (!release_last(reinterpret_cast<uint64_t>(mutex))) [[unlikely]]
    return unlock_slowly(mutex, GORDIAN_CALL_SITE());
  return unlock(mutex);
}

GORDIAN_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) {
  return acquire_slowly(lockable(mutex), GORDIAN_CALL_SITE(), {AcquireMode::timed}, kNoAttempt,
                        [=] { return real.pthread_mutex_timedlock(mutex, until); });
}

GORDIAN_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  return acquire_slowly(lockable(mutex), GORDIAN_CALL_SITE(), {AcquireMode::timed}, kNoAttempt,
                        [=] { return real.pthread_mutex_clocklock(mutex, clock, until); });
}

GORDIAN_EXPORT int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  const CallSite site = GORDIAN_CALL_SITE();
  HeldEntry* const top = context.top;
  if (top != nullptr && is_plain(mutex) && take_free(mutex, context.tid)) {
    return note_step<AcquireMode::try_only>(TaggedMutex{mutex}, site, top);
  }
  ensure_resolved();
  return note_trial(real.pthread_mutex_trylock(mutex), lockable(mutex), site, {AcquireMode::try_only});
}

GORDIAN_EXPORT int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  ensure_resolved();
  const int result = real.pthread_mutex_init(mutex, attributes);
  if (result == 0) begin_generation(lockable(mutex), GORDIAN_CALL_SITE());
  return result;
}

GORDIAN_EXPORT int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  ensure_resolved();
  note_destroy_in_use(lockable(mutex), GORDIAN_CALL_SITE());
  const DyingLock dying = before_destroy(lockable(mutex));
  const int result = real.pthread_mutex_destroy(mutex);
  if (result == 0) end_generation(dying, GORDIAN_CALL_SITE());
  return result;
}

// The names that glibc exported besides until 2.34, and that programs linked before still bind to.
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_mutex_lock)
int __pthread_mutex_lock(pthread_mutex_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_mutex_unlock)
int __pthread_mutex_unlock(pthread_mutex_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_mutex_trylock)
int __pthread_mutex_trylock(pthread_mutex_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_mutex_init)
int __pthread_mutex_init(pthread_mutex_t*, const pthread_mutexattr_t*);
GORDIAN_EXPORT GORDIAN_SAME_AS(pthread_mutex_destroy)
int __pthread_mutex_destroy(pthread_mutex_t*);

// ---- C11: a mtx_t is a pthread_mutex_t, which glibc works upon by internal calls that no hook sees.

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && thrd_success == 0);
inline Lockable lockable(const mtx_t* mutex) {
  return gordian::hook::lockable(reinterpret_cast<const pthread_mutex_t*>(mutex));
}

}  // namespace

GORDIAN_EXPORT int mtx_lock(mtx_t* mutex) {
  ensure_resolved();
  return acquire_slowly(
      lockable(mutex), GORDIAN_CALL_SITE(), {AcquireMode::blocking}, [=] { return real.mtx_trylock(mutex); },
      [=] { return real.mtx_lock(mutex); });
}

GORDIAN_EXPORT int mtx_timedlock(mtx_t* mutex, const timespec* until) {
  ensure_resolved();
  return acquire_slowly(lockable(mutex), GORDIAN_CALL_SITE(), {AcquireMode::timed}, kNoAttempt,
                        [=] { return real.mtx_timedlock(mutex, until); });
}

GORDIAN_EXPORT int mtx_trylock(mtx_t* mutex) {
  ensure_resolved();
  return note_trial(real.mtx_trylock(mutex), lockable(mutex), GORDIAN_CALL_SITE(), {AcquireMode::try_only});
}

GORDIAN_EXPORT int mtx_unlock(mtx_t* mutex) {
  release(lockable(mutex), GORDIAN_CALL_SITE());
  return real.mtx_unlock(mutex);
}

GORDIAN_EXPORT int mtx_init(mtx_t* mutex, int type) {
  ensure_resolved();
  const int result = real.mtx_init(mutex, type);
  if (result == thrd_success) begin_generation(lockable(mutex), GORDIAN_CALL_SITE());
  return result;
}

GORDIAN_EXPORT void mtx_destroy(mtx_t* mutex) {
  ensure_resolved();
  note_destroy_in_use(lockable(mutex), GORDIAN_CALL_SITE());
  const DyingLock dying = before_destroy(lockable(mutex));
  real.mtx_destroy(mutex);
  end_generation(dying, GORDIAN_CALL_SITE());
}
