// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/plain_mutex.h"

#include <errno.h>

#include "runtime-hook/in_place.h"
#include "runtime-hook/real.h"

namespace gordian::hook {

namespace {

constexpr uint64_t kNoKind = ~uint64_t{0};

bool is_in_state(const pthread_mutex_t& mutex, int lock, uint32_t owner, unsigned users) {
  const auto& data = mutex.__data;
  return data.__lock == lock && data.__owner == static_cast<int>(owner) && data.__nusers == users;
}

// What glibc does to a plain mutex is what we do to it, each understands the other, and who has to wait
// leaves a mark.
bool agrees_with_glibc(uint32_t tid) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  const timespec past = {};
  return real.pthread_mutex_lock(&mutex) == 0 && is_in_state(mutex, 1, tid, 1) &&
         real.pthread_mutex_unlock(&mutex) == 0 && is_in_state(mutex, 0, 0, 0) && take_free(&mutex, tid) &&
         is_in_state(mutex, 1, tid, 1) && real.pthread_mutex_trylock(&mutex) == EBUSY &&
         real.pthread_mutex_unlock(&mutex) == 0 && is_in_state(mutex, 0, 0, 0) &&
         real.pthread_mutex_trylock(&mutex) == 0 && !take_free(&mutex, tid) && release_unwaited(&mutex) &&
         is_in_state(mutex, 0, 0, 0) && take_free(&mutex, tid) &&
         real.pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT && is_in_state(mutex, 2, tid, 1) &&
         !release_unwaited(&mutex) && is_in_state(mutex, 2, tid, 1) &&
         real.pthread_mutex_unlock(&mutex) == 0 && is_in_state(mutex, 0, 0, 0) &&
         real.pthread_mutex_destroy(&mutex) == 0;
}

}  // namespace

uint64_t plain_kind = kNoKind;

uint32_t own_tid() {
  if (plain_kind == kNoKind) return current_tid();
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  real.pthread_mutex_lock(&mutex);
  const auto owner = static_cast<uint32_t>(mutex.__data.__owner);
  real.pthread_mutex_unlock(&mutex);
  return owner;
}

void check_plain_mutexes() {
  if (lies_in_glibc(reinterpret_cast<const void*>(real.pthread_mutex_lock)) &&
      lies_in_glibc(reinterpret_cast<const void*>(real.pthread_mutex_unlock)) &&
      agrees_with_glibc(current_tid())) {
    plain_kind = 0;
  }
}

}  // namespace gordian::hook
