// SPDX-License-Identifier: Apache-2.0
// Two semaphores with one permit each, posted by who waited for them, are locks: two threads take them in
// opposite orders, at different times.
//
// flags: -O0
// flags: -O2
// args: private
// args: shared
// expect: lock-order-cycle tier=plausible locks=2 names=alpha,beta functions=first,second modes=blocking
// kinds=semaphore
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t alpha, beta;

static void first(void) {
  sem_wait(&alpha);  // held: alpha
  sem_wait(&beta);   // wanted: alpha
  sem_post(&beta);
  sem_post(&alpha);
}

static void second(void) {
  sem_wait(&beta);   // held: beta
  sem_wait(&alpha);  // wanted: beta
  sem_post(&alpha);
  sem_post(&beta);
}

int main(int argc, char** argv) {
  const int shared = argc == 2 && strcmp(argv[1], "shared") == 0;
  CHECK(sem_init(&alpha, shared, 1) == 0);
  CHECK(sem_init(&beta, shared, 1) == 0);
  const Part parts[] = {first, second};
  run_in_turn(2, parts);
  CHECK(sem_destroy(&alpha) == 0);
  CHECK(sem_destroy(&beta) == 0);
  return 0;
}
