// SPDX-License-Identifier: Apache-2.0
//
// pthread_spin_*. A spin lock is four bytes with no room for a tag, and it is always made by a call; so its
// generations are known by address and init.
#include <pthread.h>

#include "runtime-hook/acquire.h"
#include "runtime-hook/destroy_in_use.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/real.h"

using namespace gordian::hook;

GORDIAN_EXPORT int pthread_spin_lock(pthread_spinlock_t* lock) {
  ensure_resolved();
  return acquire_slowly(
      lockable(lock), GORDIAN_CALL_SITE(), {AcquireMode::blocking},
      [=] { return real.pthread_spin_trylock(lock); }, [=] { return real.pthread_spin_lock(lock); });
}

GORDIAN_EXPORT int pthread_spin_trylock(pthread_spinlock_t* lock) {
  ensure_resolved();
  return note_trial(real.pthread_spin_trylock(lock), lockable(lock), GORDIAN_CALL_SITE(),
                    {AcquireMode::try_only});
}

GORDIAN_EXPORT int pthread_spin_unlock(pthread_spinlock_t* lock) {
  release(lockable(lock), GORDIAN_CALL_SITE());
  return real.pthread_spin_unlock(lock);
}

GORDIAN_EXPORT int pthread_spin_init(pthread_spinlock_t* lock, int shared) {
  ensure_resolved();
  const int result = real.pthread_spin_init(lock, shared);
  if (result == 0) begin_generation(lockable(lock), GORDIAN_CALL_SITE());
  return result;
}

GORDIAN_EXPORT int pthread_spin_destroy(pthread_spinlock_t* lock) {
  ensure_resolved();
  note_destroy_in_use(lockable(lock), GORDIAN_CALL_SITE());
  const DyingLock dying = before_destroy(lockable(lock));
  const int result = real.pthread_spin_destroy(lock);
  if (result == 0) end_generation(dying, GORDIAN_CALL_SITE());
  return result;
}
