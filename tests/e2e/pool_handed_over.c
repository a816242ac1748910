// SPDX-License-Identifier: Apache-2.0
// Permits that one thread takes and another posts when the first has ended, of a pool and of a lock: nobody's
// leak.
//
// args: pool
// args: lock
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t token;
static Step step;

static void* hand_on(void* unused) {
  await(&step, 1);
  sem_post(&token);
  return unused;
}

static void* take(void* unused) {
  sem_wait(&token);
  sem_post(&token);
  sem_wait(&token);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(sem_init(&token, 0, strcmp(argv[1], "pool") == 0 ? 3 : 1) == 0);
  pthread_t taker, giver;
  CHECK(pthread_create(&giver, NULL, hand_on, NULL) == 0);
  CHECK(pthread_create(&taker, NULL, take, NULL) == 0);
  CHECK(pthread_join(taker, NULL) == 0);
  advance(&step);
  CHECK(pthread_join(giver, NULL) == 0);
  CHECK(sem_destroy(&token) == 0);
  return 0;
}
