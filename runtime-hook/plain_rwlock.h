// SPDX-License-Identifier: Apache-2.0
//
// The uncontended way through a plain rwlock (private, and readers pass waiting writers), taken and released
// in place (in_place.h).
//
// All of a rwlock's state is in one word: bit 0 says that it is in a phase of writers, bit 1 that a writer
// has it or tries to, bit 2 that readers wait for a writer to go first, and the rest counts readers (glibc
// nptl/pthread_rwlock_common.c, of which these are the steps between its states 1, 2, 5 and 7). A step that
// has to hand over to anybody, or that a writer has a part in besides, is left to glibc, and so is the
// release of a writer, which takes two locked instructions anyway.
#ifndef GORDIAN_RUNTIME_HOOK_PLAIN_RWLOCK_H
#define GORDIAN_RUNTIME_HOOK_PLAIN_RWLOCK_H

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "runtime-hook/sys.h"

namespace gordian::hook {

inline constexpr uint32_t kWritersPhase = 1;
inline constexpr uint32_t kWriterHasIt = 2;
inline constexpr uint32_t kPhaseBits = 7;
inline constexpr uint32_t kOneReader = 8;
inline constexpr uint32_t kMostReaders = uint32_t{1} << 31;

// The flags word of a plain one; a value that none has as long as they may not be taken in place.
extern uint32_t plain_rwlock_flags __attribute__((visibility("hidden")));

inline bool is_plain(const pthread_rwlock_t* lock) {
  return lock->__data.__flags == plain_rwlock_flags && lock->__data.__shared == 0;
}

// No writer has a plain rwlock, nor tries to get it. Of more readers than can be counted glibc tells.
inline bool take_for_reading(pthread_rwlock_t* lock) {
  uint32_t readers = load(lock->__data.__readers);
  return (readers & kPhaseBits) == 0 && readers + kOneReader < kMostReaders &&
         exchange_if(lock->__data.__readers, readers, readers + kOneReader);
}

// Releases one that the caller has for reading, unless a writer waits for that.
inline bool release_from_reading(pthread_rwlock_t* lock) {
  uint32_t readers = load(lock->__data.__readers);
  return (readers & kPhaseBits) == 0 && readers >= kOneReader &&
         exchange_if(lock->__data.__readers, readers, readers - kOneReader);
}

// Nobody has it.
inline bool take_for_writing(pthread_rwlock_t* lock, uint32_t tid) {
  auto& data = lock->__data;
  uint32_t idle = load(data.__readers);
  if ((idle & ~kWritersPhase) != 0 || !exchange_if(data.__readers, idle, kWritersPhase | kWriterHasIt))
    return false;
  store(data.__writers_futex, 1U);
  store(data.__wrphase_futex, 1U);
  store(data.__cur_writer, static_cast<int>(tid));
  return true;
}

void check_plain_rwlocks();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_PLAIN_RWLOCK_H
