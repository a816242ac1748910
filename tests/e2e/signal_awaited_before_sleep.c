// SPDX-License-Identifier: Apache-2.0
// The healthy twin of semaphore_kept_while_asleep.c: a semaphore that is posted by who has not waited for it
// is a signal, which nobody holds.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t semaphore;

int main(void) {
  CHECK(sem_init(&semaphore, 0, 1) == 0);
  CHECK(sem_post(&semaphore) == 0);
  CHECK(sem_wait(&semaphore) == 0);
  CHECK(usleep(3000) == 0);
  CHECK(sem_wait(&semaphore) == 0);
  CHECK(usleep(3000) == 0);
  return 0;
}
