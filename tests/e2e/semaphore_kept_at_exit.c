// SPDX-License-Identifier: Apache-2.0
// At the end of main, its thread still has a permit of a lock and two of a pool.
//
// expect: semaphore-leak tier=observed locks=1 names=lock functions=forget reason=process
// expect: semaphore-leak tier=observed locks=1 names=pool functions=forget reason=process
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t lock, pool;

static void remember(void) {
  sem_wait(&lock);
  sem_wait(&pool);
  sem_post(&pool);
  sem_post(&lock);
}

__attribute__((noinline)) static void forget(void) {
  sem_wait(&lock);
  sem_wait(&pool);
  sem_wait(&pool);
  __asm__ volatile("");
}

int main(void) {
  CHECK(sem_init(&lock, 0, 1) == 0);
  CHECK(sem_init(&pool, 0, 3) == 0);
  remember();
  forget();
  return 0;
}
