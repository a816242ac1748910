// SPDX-License-Identifier: Apache-2.0
// Sleeping with a semaphore taken that is used as a lock.
//
// expect: lock-held-across-io severity=warning locks=1 functions=rest message=sleeps
#include "tests/e2e/asleep.h"

#include <semaphore.h>

static sem_t semaphore;

__attribute__((noinline)) static void rest(void) {
  CHECK(usleep(3000) == 0);
}

int main(void) {
  CHECK(sem_init(&semaphore, 0, 1) == 0);
  CHECK(sem_wait(&semaphore) == 0);
  rest();
  CHECK(sem_post(&semaphore) == 0);
  return 0;
}
