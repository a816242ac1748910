// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/plain_semaphore.h"

#include "runtime-hook/in_place.h"
#include "runtime-hook/real.h"

namespace gordian::hook {

namespace {

bool has_value(sem_t& semaphore, int expected) {
  int value = -1;
  return sem_getvalue(&semaphore, &value) == 0 && value == expected &&
         load(state_of(&semaphore)) == static_cast<uint64_t>(expected);
}

// What glibc does to a semaphore is what we do to it, and we let be one that is waited for.
bool agrees_with_glibc() {
  sem_t semaphore;
  if (real.sem_init(&semaphore, 0, 1) != 0) return false;
  const bool agrees = has_value(semaphore, 1) && real.sem_trywait(&semaphore) == 0 &&
                      has_value(semaphore, 0) && !take_permit(&semaphore) && post_unwaited(&semaphore) &&
                      has_value(semaphore, 1) && take_permit(&semaphore) && has_value(semaphore, 0) &&
                      real.sem_post(&semaphore) == 0 && has_value(semaphore, 1);
  const uint64_t one_waits = uint64_t{1} << 32;
  store(state_of(&semaphore), one_waits | 1);
  const bool sees_waiters = !post_unwaited(&semaphore) && take_permit(&semaphore) &&
                            load(state_of(&semaphore)) == one_waits && real.sem_post(&semaphore) == 0 &&
                            load(state_of(&semaphore)) == (one_waits | 1);
  store(state_of(&semaphore), uint64_t{1});
  return real.sem_destroy(&semaphore) == 0 && agrees && sees_waiters;
}

}  // namespace

bool are_semaphores_plain;

void check_plain_semaphores() {
  are_semaphores_plain = lies_in_glibc(reinterpret_cast<const void*>(real.sem_wait)) &&
                         lies_in_glibc(reinterpret_cast<const void*>(real.sem_post)) && agrees_with_glibc();
}

}  // namespace gordian::hook
