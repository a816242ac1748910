// SPDX-License-Identifier: Apache-2.0
// Two semaphores that are used as locks, and taken in opposite orders at the same time.
//
// expect: deadlock tier=actual locks=2 names=permits functions=take_first,take_second kinds=semaphore
// ended: deadlock
// live: error: deadlock:
#include "tests/e2e/deadlock_pairs.h"

#include <semaphore.h>

static sem_t permits[2];

static void take_first(int side) {
  sem_wait(&permits[side]);
}

static void take_second(int side) {
  sem_wait(&permits[1 - side]);
}

int main(void) {
  for (int i = 0; i < 2; ++i) {
    sem_init(&permits[i], 0, 1);
    sem_wait(&permits[i]);  // who waits for it posts it: it is a lock
    sem_post(&permits[i]);
  }
  run_pair();
  return 0;
}
