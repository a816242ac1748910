// SPDX-License-Identifier: Apache-2.0
//
// pthread_mutex_*, and through them std::mutex, std::recursive_mutex and their kin.
#include <errno.h>
#include <pthread.h>

#include "runtime-hook/held_set.h"
#include "runtime-hook/lock_identity.h"
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

// All that lock() of this type can answer is 0. Type, kind and spin count are one word in glibc; 0 is a
// normal mutex.
bool cannot_fail(const pthread_mutex_t* mutex) {
  return load(reinterpret_cast<const uint64_t&>(mutex->__data.__kind)) == 0;
}
static_assert(offsetof(pthread_mutex_t, __data.__kind) == 16 &&
              offsetof(pthread_mutex_t, __data.__list) == 24);

// The other ways through lock and unlock stand apart, so that the fast one needs no stack frame.

__attribute__((noinline)) int lock_pushed(pthread_mutex_t* mutex) {
  const int result = real.pthread_mutex_lock(mutex);
  if (!acquired(result)) {
    set_top(*context.own, top_of(*context.own) - 1);
    withdraw();
  }
  return result;
}

// The entry joins the held set before the call: the lock looked free, but may be taken the moment after. A
// thread seen to hold a lock that it does not own waits for it.
inline int push_and_lock(ThreadSlot& slot, pthread_mutex_t* mutex) {
  set_top(slot, top_of(slot) + 1);
  return cannot_fail(mutex) ? real.pthread_mutex_lock(mutex) : lock_pushed(mutex);
}

__attribute__((noinline)) int lock_slowly(pthread_mutex_t* mutex, CallSite site) {
  ThreadSlot* slot = context.slot;
  if (slot != nullptr && load(mutex->__data.__lock) == 0 && is_taggable(mutex)) {
    if (prepare_known(*slot, mutex, site) == top_of(*slot)) return push_and_lock(*slot, mutex);
  }
  return acquire_slowly(mutex, site, AcquireMode::blocking, [=] { return real.pthread_mutex_lock(mutex); });
}

__attribute__((noinline)) int unlock_slowly(pthread_mutex_t* mutex) {
  release_slowly(mutex);
  return real.pthread_mutex_unlock(mutex);
}

}  // namespace

// The fast way is for an acquisition that is remembered, of a lock that looks free.
GORDIAN_EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) {
  const CallSite site = GORDIAN_CALL_SITE();
  ThreadSlot* slot = context.slot;
  if (slot == nullptr || load(mutex->__data.__lock) != 0 || !is_remembered(*slot, mutex, site)) [[unlikely]] {
    return lock_slowly(mutex, site);
  }
  return push_and_lock(*slot, mutex);
}

// Released before the real unlock: once that is done, another thread may take, destroy or free the lock.
GORDIAN_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  ThreadSlot* slot = context.slot;
  if (slot == nullptr || !release_last(*slot, mutex)) [[unlikely]]
    return unlock_slowly(mutex);
  return real.pthread_mutex_unlock(mutex);
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
  ensure_resolved();
  const int result = real.pthread_mutex_trylock(mutex);
  if (acquired(result)) {
    HeldEntry* entry = prepare(mutex, GORDIAN_CALL_SITE(), AcquireMode::try_only);
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
