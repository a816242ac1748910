// SPDX-License-Identifier: Apache-2.0
// One permit is enough for `backward`, and it comes before `forward`.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <semaphore.h>

static sem_t ready;

static void poster(void) {
  sem_post(&ready);
  forward();
  sem_post(&ready);
}

static void waiter(void) {
  sem_wait(&ready);
  backward();
}

int main(void) {
  CHECK(sem_init(&ready, 0, 0) == 0);
  const Part parts[] = {poster, waiter};
  run_in_turn(2, parts);
  return 0;
}
