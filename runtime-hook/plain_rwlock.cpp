// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/plain_rwlock.h"

#include <errno.h>

#include "runtime-hook/in_place.h"
#include "runtime-hook/plain_mutex.h"
#include "runtime-hook/real.h"

namespace gordian::hook {

namespace {

constexpr uint32_t kNoFlags = ~uint32_t{0};

bool is_in_state(const pthread_rwlock_t& lock, uint32_t readers, uint32_t writer) {
  return load(lock.__data.__readers) == readers && load(lock.__data.__cur_writer) == static_cast<int>(writer);
}

// What glibc does to a plain rwlock is what we do to it, each understands the other, and neither takes what
// the other has.
bool agrees_with_glibc(uint32_t tid) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  constexpr uint32_t kWritten = kWritersPhase | kWriterHasIt;
  return real.pthread_rwlock_rdlock(&lock) == 0 && is_in_state(lock, kOneReader, 0) &&
         take_for_reading(&lock) && is_in_state(lock, 2 * kOneReader, 0) && !take_for_writing(&lock, tid) &&
         real.pthread_rwlock_trywrlock(&lock) == EBUSY && real.pthread_rwlock_unlock(&lock) == 0 &&
         release_from_reading(&lock) && is_in_state(lock, 0, 0) && !release_from_reading(&lock) &&
         real.pthread_rwlock_wrlock(&lock) == 0 && is_in_state(lock, kWritten, tid) &&
         !take_for_reading(&lock) && !release_from_reading(&lock) && !take_for_writing(&lock, tid) &&
         real.pthread_rwlock_unlock(&lock) == 0 && is_in_state(lock, kWritersPhase, 0) &&
         take_for_writing(&lock, tid) && is_in_state(lock, kWritten, tid) &&
         load(lock.__data.__writers_futex) == 1 && load(lock.__data.__wrphase_futex) == 1 &&
         real.pthread_rwlock_tryrdlock(&lock) == EBUSY && real.pthread_rwlock_unlock(&lock) == 0 &&
         is_in_state(lock, kWritersPhase, 0) && !take_for_reading(&lock) &&
         real.pthread_rwlock_rdlock(&lock) == 0 && is_in_state(lock, kOneReader, 0) &&
         release_from_reading(&lock) && take_for_writing(&lock, tid) &&
         real.pthread_rwlock_unlock(&lock) == 0 && real.pthread_rwlock_destroy(&lock) == 0;
}

}  // namespace

uint32_t plain_rwlock_flags = kNoFlags;

void check_plain_rwlocks() {
  if (lies_in_glibc(reinterpret_cast<const void*>(real.pthread_rwlock_rdlock)) &&
      lies_in_glibc(reinterpret_cast<const void*>(real.pthread_rwlock_wrlock)) &&
      lies_in_glibc(reinterpret_cast<const void*>(real.pthread_rwlock_unlock)) &&
      agrees_with_glibc(own_tid())) {
    plain_rwlock_flags = PTHREAD_RWLOCK_DEFAULT_NP;
  }
}

}  // namespace gordian::hook
