// SPDX-License-Identifier: Apache-2.0
//
// pthread_mutex_*, and through them std::mutex, std::recursive_mutex and their kin.
#include <errno.h>
#include <pthread.h>

#include "runtime-hook/held_set.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/plain_mutex.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/wait_word.h"

using namespace gordian::hook;

namespace {

bool acquired(int result) {
  return result == 0 || result == EOWNERDEAD;
}

// Tries first, because only a lock that is taken makes the thread wait, and since when and for what must be
// published before it does. Any other answer of the trial than success is left to the blocking call to give:
// that one is the program's answer.
template <typename Block>
__attribute__((noinline)) int acquire_slowly(pthread_mutex_t* mutex, CallSite site, AcquireMode mode,
                                             Block block) {
  HeldEntry* entry = prepare(mutex, site, mode);
  if (entry == nullptr) return block();
  int result = real.pthread_mutex_trylock(mutex);
  if (!acquired(result)) {
    const WaitWord waiting(mutex, *entry);
    result = block();
  }
  acquired(result) ? commit(entry) : withdraw();
  return result;
}

// The other ways through lock and unlock stand apart, so that the fast one needs no stack frame.

__attribute__((noinline)) int lock_slowly(pthread_mutex_t* mutex, CallSite site) {
  return acquire_slowly(mutex, site, AcquireMode::blocking, [=] { return real.pthread_mutex_lock(mutex); });
}

// Of a lock just taken.
__attribute__((noinline)) int note_taken(pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  HeldEntry* entry = prepare_known(*context.slot, mutex, site, mode);
  if (entry == nullptr) entry = prepare_slowly(mutex, site, mode);
  if (entry != nullptr) commit(entry);
  return 0;
}

// A mutex that is not plain. If it looks free, the entry joins the held set before the call; should it be
// taken the moment after, the thread is seen to hold a lock that it does not own, and so to wait for it.
__attribute__((noinline)) int lock_by_call(pthread_mutex_t* mutex, CallSite site) {
  ThreadSlot& slot = *context.slot;
  HeldEntry* const top = top_of(slot);
  if (load(mutex->__data.__lock) != 0 || !is_taggable(mutex)) return lock_slowly(mutex, site);
  if (!is_remembered(slot, *top, mutex, site) &&
      prepare_known(slot, mutex, site, AcquireMode::blocking) != top) {
    return lock_slowly(mutex, site);
  }
  set_top(slot, top + 1);
  const int result = real.pthread_mutex_lock(mutex);
  if (!acquired(result)) {
    set_top(slot, top);
    withdraw();
  }
  return result;
}

inline int unlock(pthread_mutex_t* mutex) {
  return is_plain(mutex) && release_unwaited(mutex) ? 0 : real.pthread_mutex_unlock(mutex);
}

__attribute__((noinline)) int unlock_slowly(pthread_mutex_t* mutex) {
  return release_slowly(mutex) ? unlock(mutex) : real.pthread_mutex_unlock(mutex);
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
  if (!is_familiar(*context.slot, *top, mutex, site)) [[unlikely]]
    return note_taken(mutex, site, AcquireMode::blocking);
  move_top(top + 1);
  return 0;
}

// Released before the real unlock: once that is done, another thread may take, destroy or free the lock.
GORDIAN_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (!release_last(mutex)) [[unlikely]]
    return unlock_slowly(mutex);
  return unlock(mutex);
}

GORDIAN_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) {
  return acquire_slowly(mutex, GORDIAN_CALL_SITE(), AcquireMode::timed,
                        [=] { return real.pthread_mutex_timedlock(mutex, until); });
}

GORDIAN_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  return acquire_slowly(mutex, GORDIAN_CALL_SITE(), AcquireMode::timed,
                        [=] { return real.pthread_mutex_clocklock(mutex, clock, until); });
}

// Only a trial that succeeds is of interest: one that fails neither waits nor holds.
GORDIAN_EXPORT int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  const CallSite site = GORDIAN_CALL_SITE();
  if (context.top != nullptr && is_plain(mutex) && take_free(mutex, context.tid)) {
    return note_taken(mutex, site, AcquireMode::try_only);
  }
  ensure_resolved();
  const int result = real.pthread_mutex_trylock(mutex);
  if (acquired(result)) {
    HeldEntry* entry = prepare(mutex, site, AcquireMode::try_only);
    if (entry != nullptr) commit(entry);
  }
  return result;
}

GORDIAN_EXPORT int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  ensure_resolved();
  const int result = real.pthread_mutex_init(mutex, attributes);
  if (result == 0) begin_generation(mutex, GORDIAN_CALL_SITE());
  return result;
}

GORDIAN_EXPORT int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  ensure_resolved();
  const DyingLock dying = before_destroy(mutex);
  const int result = real.pthread_mutex_destroy(mutex);
  if (result == 0) end_generation(dying, GORDIAN_CALL_SITE());
  return result;
}
