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
  if (acquired(result)) commit(entry);
  return result;
}

// An acquisition like the last one here, of a lock that looks free. It may be taken the moment after, so the
// attempt is announced all the same.
template <typename Block>
inline int acquire(pthread_mutex_t* mutex, CallSite site, AcquireMode mode, Block block) {
  if (load(mutex->__data.__lock) != 0 || !is_remembered(mutex, site, mode)) [[unlikely]] {
    return acquire_slowly(mutex, site, mode, block);
  }
  announce_attempt();
  const int result = block();
  if (acquired(result)) [[likely]] {
    push();
  } else {
    store(context.slot->attempting, 0U);
  }
  return result;
}

}  // namespace

GORDIAN_EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) {
  return acquire(mutex, GORDIAN_CALL_SITE(), AcquireMode::blocking,
                 [=] { return real.pthread_mutex_lock(mutex); });
}

GORDIAN_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) {
  return acquire(mutex, GORDIAN_CALL_SITE(), AcquireMode::timed,
                 [=] { return real.pthread_mutex_timedlock(mutex, until); });
}

GORDIAN_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  return acquire(mutex, GORDIAN_CALL_SITE(), AcquireMode::timed,
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

GORDIAN_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  release(mutex);
  return real.pthread_mutex_unlock(mutex);
}

GORDIAN_EXPORT int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) {
  ensure_resolved();
  const int result = real.pthread_mutex_init(mutex, attributes);
  if (result == 0) begin_generation(mutex, GORDIAN_CALL_SITE());
  return result;
}

GORDIAN_EXPORT int pthread_mutex_destroy(pthread_mutex_t* mutex) {
  ensure_resolved();
  const auto lock = identity_before_destroy(mutex);
  const int result = real.pthread_mutex_destroy(mutex);
  if (result == 0) end_generation(mutex, lock, GORDIAN_CALL_SITE());
  return result;
}
