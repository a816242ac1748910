// SPDX-License-Identifier: Apache-2.0
//
// What glibc's own objects say of who has a lock. A held set may lack a lock that was taken out of the hook's
// sight; the object does not. So misuse is only spoken of where the object bears it out.
//
// Fields and bits: nptl/pthread_mutex_unlock.c, pthread_rwlock_common.c, and of spin locks on x86-64 the 1
// that means free.
#ifndef GORDIAN_RUNTIME_HOOK_OBJECT_STATE_H
#define GORDIAN_RUNTIME_HOOK_OBJECT_STATE_H

#include <errno.h>
#include <pthread.h>

#include "runtime-hook/lockable.h"

namespace gordian::hook {

inline const auto& mutex_state(Lockable lock) {
  return reinterpret_cast<const pthread_mutex_t*>(lock.address)->__data;
}
inline const auto& rwlock_state(Lockable lock) {
  return reinterpret_cast<const pthread_rwlock_t*>(lock.address)->__data;
}

inline constexpr unsigned kWriteLocked = 2;
inline constexpr unsigned kReaderShift = 3;

// Of a lock that has an owner: nobody has it at this moment. An elided mutex cannot say so.
inline bool is_free(Lockable lock) {
  switch (lock.kind) {
    case LockKind::mutex: {
      const auto& mutex = mutex_state(lock);
      return load(mutex.__lock) == 0 && (load(mutex.__kind) == -1 || (mutex.__kind & kElision) == 0);
    }
    case LockKind::rwlock: {
      const unsigned readers = load(rwlock_state(lock).__readers);
      return readers >> kReaderShift == 0 && (readers & kWriteLocked) == 0;
    }
    case LockKind::spinlock:
      return load(*reinterpret_cast<const int*>(lock.address)) == 1;
    default:
      return false;
  }
}

// What an unlock by a thread that does not have the lock answers; 0: glibc does not look, and releases it.
inline int answer_to_stranger(Lockable lock) {
  if (lock.kind != LockKind::mutex) return 0;
  constexpr int kDestroyed = -1;
  constexpr int kType = 3;
  constexpr int kInherits = 32;
  const int kind = load(mutex_state(lock).__kind);
  if (kind == kDestroyed) return EINVAL;
  const bool looks = (kind & (kRobust | kInherits)) != 0 || (kind & kType) == PTHREAD_MUTEX_RECURSIVE ||
                     (kind & kType) == PTHREAD_MUTEX_ERRORCHECK;
  return looks ? EPERM : 0;
}

// Of a lock that nobody has: threads in a condition wait that will take it again. glibc goes on counting
// them as users. (A second unlock makes the count negative.)
inline bool is_awaited_by_conditions(Lockable mutex) {
  return static_cast<int>(load(mutex_state(mutex).__nusers)) > 0;
}

// Robust, and its owner has died: that it is still marked as taken is in order.
inline bool has_dead_owner(Lockable mutex) {
  constexpr int kOwnerDied = 0x4000'0000;
  return (load(mutex_state(mutex).__lock) & kOwnerDied) != 0;
}

inline bool has_waiters(const sem_t* semaphore) {
  return load(*reinterpret_cast<const uint64_t*>(semaphore)) >> 32 != 0;
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_OBJECT_STATE_H
