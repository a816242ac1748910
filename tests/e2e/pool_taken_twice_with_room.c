// SPDX-License-Identifier: Apache-2.0
// Each worker of a pool takes a second permit while it has one. There is one permit more than workers:
// somebody always goes on.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

enum { kWorkers = 3 };
static sem_t pool;
static Step all_have_one;

static void* work(void* unused) {
  sem_wait(&pool);
  advance(&all_have_one);
  await(&all_have_one, kWorkers);
  sem_wait(&pool);
  sem_post(&pool);
  sem_post(&pool);
  return unused;
}

int main(void) {
  pthread_t threads[kWorkers];
  sem_init(&pool, 0, kWorkers + 1);
  for (int i = 0; i < kWorkers; ++i) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
  for (int i = 0; i < kWorkers; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
