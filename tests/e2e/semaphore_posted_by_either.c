// SPDX-License-Identifier: Apache-2.0
// The permit was that of the thread with `forward`; it could have been the other's.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <semaphore.h>

static sem_t ready;

static void poster(void) {
  forward();
  sem_post(&ready);
}

static void other_poster(void) {
  sem_post(&ready);
}

static void waiter(void) {
  sem_wait(&ready);
  backward();
}

int main(void) {
  CHECK(sem_init(&ready, 0, 0) == 0);
  const Part parts[] = {poster, waiter, other_poster};
  run_in_turn(3, parts);
  return 0;
}
