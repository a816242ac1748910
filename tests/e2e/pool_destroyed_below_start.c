// SPDX-License-Identifier: Apache-2.0
// A semaphore is destroyed while a thread has not given its permits back: one that goes on running.
//
// args: 3
// args: 1
// expect: semaphore-leak tier=observed locks=1 names=pool functions=take,main reason=below threads=keeper
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t pool;
static Step step;

static void take(void) {
  sem_wait(&pool);
}

static void* keeper(void* unused) {
  pthread_setname_np(pthread_self(), "keeper");
  take();
  sem_post(&pool);
  take();
  advance(&step);
  await(&step, 2);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(sem_init(&pool, 0, (unsigned)atoi(argv[1])) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, keeper, NULL) == 0);
  await(&step, 1);
  CHECK(sem_destroy(&pool) == 0);
  advance(&step);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
