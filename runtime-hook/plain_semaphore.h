// SPDX-License-Identifier: Apache-2.0
//
// The uncontended way through a semaphore, taken and posted in place (in_place.h).
//
// Its value and the number of those who wait for it are one word, low half and high half (glibc
// nptl/sem_waitcommon.c, for processors with 64-bit atomics).
#ifndef GORDIAN_RUNTIME_HOOK_PLAIN_SEMAPHORE_H
#define GORDIAN_RUNTIME_HOOK_PLAIN_SEMAPHORE_H

#include <limits.h>
#include <semaphore.h>

#include <cstdint>

#include "runtime-hook/sys.h"

namespace gordian::hook {

// False as long as semaphores may not be taken in place.
extern bool are_semaphores_plain __attribute__((visibility("hidden")));

inline uint64_t& state_of(sem_t* semaphore) {
  return *reinterpret_cast<uint64_t*>(semaphore);
}

// Takes a permit if there is one.
inline bool take_permit(sem_t* semaphore) {
  uint64_t state = load(state_of(semaphore));
  return static_cast<uint32_t>(state) != 0 && exchange_if(state_of(semaphore), state, state - 1);
}

// Posts one, unless somebody has to be woken, or there are too many.
inline bool post_unwaited(sem_t* semaphore) {
  uint64_t state = load(state_of(semaphore));
  return state < SEM_VALUE_MAX && exchange_if(state_of(semaphore), state, state + 1);
}

void check_plain_semaphores();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_PLAIN_SEMAPHORE_H
