// SPDX-License-Identifier: Apache-2.0
//
// What can be locked: an object of the program, by its address and kind, and the bytes of it that glibc
// leaves unused, where lock_identity.h puts its tag.
#ifndef GORDIAN_RUNTIME_HOOK_LOCKABLE_H
#define GORDIAN_RUNTIME_HOOK_LOCKABLE_H

#include <pthread.h>
#include <semaphore.h>

#include <cstddef>
#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

using format::AcquireMode;
using format::LockKind;

struct Lockable {
  uint64_t address;  // of the object; what has none (a file lock) brings a key of its own
  LockKind kind;
};

inline Lockable lockable(const pthread_mutex_t* mutex) {
  return {reinterpret_cast<uint64_t>(mutex), LockKind::mutex};
}
inline Lockable lockable(const pthread_rwlock_t* lock) {
  return {reinterpret_cast<uint64_t>(lock), LockKind::rwlock};
}
inline Lockable lockable(const pthread_spinlock_t* lock) {
  return {reinterpret_cast<uint64_t>(lock), LockKind::spinlock};
}
inline Lockable lockable(const sem_t* semaphore) {
  return {reinterpret_cast<uint64_t>(semaphore), LockKind::semaphore};
}

// Whether it is for the thread that took such a lock to release it. Semaphores are posted by any thread; file
// locks belong to the process or to an open file.
inline bool has_owner(LockKind kind) {
  return kind == LockKind::mutex || kind == LockKind::rwlock || kind == LockKind::spinlock;
}

// Keys for what has no address: above all addresses, unequal in the 56 bits that tables go by, and not each
// other's. The low bits of a file's part of the key are free.
inline constexpr uint64_t kFileKey = uint64_t{1} << 63;
inline constexpr uint64_t kSystemVKey = uint64_t{3} << 62;

inline Lockable lockable_file(uint64_t file, format::FileLockType type) {
  return {file | static_cast<uint64_t>(type), LockKind::file_lock};
}
inline format::FileLockType file_lock_type(Lockable lock) {
  return static_cast<format::FileLockType>(lock.address & 3);
}
inline Lockable lockable_in_set(int set, int number) {
  return {kSystemVKey | uint64_t{static_cast<uint32_t>(set)} << 16 | static_cast<uint16_t>(number),
          LockKind::system_v_semaphore};
}

inline int set_of(Lockable semaphore) {
  return static_cast<int>(semaphore.address >> 16);
}
inline int number_in_set(Lockable semaphore) {
  return static_cast<uint16_t>(semaphore.address);
}

// How a lock is taken.
struct How {
  AcquireMode mode;
  bool shared = false;  // a read lock
  bool pool = false;    // one of several permits
  bool undone = false;  // a permit that the kernel gives back at the end of the process
};

inline constexpr int kRobust = 16;
inline constexpr int kProcessShared = 128;
inline constexpr int kElision = 256;

inline bool is_taggable(const pthread_mutex_t* mutex) {
  return (mutex->__data.__kind & (kRobust | kProcessShared)) == 0;
}

// Whether a reader of it waits behind a waiting writer, as with no other of glibc's kinds.
inline bool readers_queue(Lockable lock) {
  return lock.kind == LockKind::rwlock &&
         reinterpret_cast<const pthread_rwlock_t*>(lock.address)->__data.__flags ==
             PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

// Of a semaphore that was initialised. glibc keeps value and number of waiters in front of it.
inline bool is_process_shared(const sem_t* semaphore) {
  return reinterpret_cast<const uint32_t*>(semaphore)[2] != 0;
}

// Of a mutex or rwlock: whether other processes may use it.
inline bool is_process_shared(Lockable lock) {
  if (lock.kind == LockKind::mutex) {
    return (reinterpret_cast<const pthread_mutex_t*>(lock.address)->__data.__kind & kProcessShared) != 0;
  }
  return lock.kind == LockKind::rwlock &&
         reinterpret_cast<const pthread_rwlock_t*>(lock.address)->__data.__shared != 0;
}

// Two words of the object that are the program's own no more than glibc's. `word` is null where there are
// none: in objects that other processes read, in robust mutexes, which use them, in spin locks, which have no
// room; and in semaphores, which may be gone while they are held, since nobody has to post them.
struct TagPlace {
  uint64_t* word;
  uint64_t* check;
};

static_assert(offsetof(pthread_mutex_t, __data.__list) == 24 &&
              offsetof(pthread_rwlock_t, __data.__pad3) == 16 &&
              offsetof(pthread_rwlock_t, __data.__shared) == 28 &&
              offsetof(pthread_rwlock_t, __data.__pad2) == 40);
inline TagPlace tag_place(Lockable lock) {
  const uint64_t at = lock.address;
  const auto word = [at](uint64_t offset) { return reinterpret_cast<uint64_t*>(at + offset); };
  switch (lock.kind) {
    case LockKind::mutex:
      if (!is_taggable(reinterpret_cast<const pthread_mutex_t*>(at))) break;
      return {word(24), word(32)};
    case LockKind::rwlock:
      if (reinterpret_cast<const pthread_rwlock_t*>(at)->__data.__shared != 0) break;
      return {word(16), word(40)};
    default:
      break;
  }
  return {nullptr, nullptr};
}

// Whether the object at the address of a lock that `tid` has taken still says that it has. If it does not,
// the program has freed it, locked as it was, and the memory may be anything by now. What cannot say it,
// does.
inline bool is_still_taken(Lockable lock, bool shared, uint32_t tid) {
  if (lock.kind == LockKind::mutex) {
    const auto* mutex = reinterpret_cast<const pthread_mutex_t*>(lock.address);
    const bool says = is_taggable(mutex) && (mutex->__data.__kind & kElision) == 0;
    return !says || static_cast<uint32_t>(load(mutex->__data.__owner)) == tid;
  }
  if (lock.kind == LockKind::rwlock) {
    const auto& data = reinterpret_cast<const pthread_rwlock_t*>(lock.address)->__data;
    return shared ? load(data.__readers) >> 3 != 0 : static_cast<uint32_t>(load(data.__cur_writer)) == tid;
  }
  return true;
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_LOCKABLE_H
