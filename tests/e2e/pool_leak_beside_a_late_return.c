// SPDX-License-Identifier: Apache-2.0
// A thread ends with two permits of a pool. One comes back in the last round but one of the destructors of
// thread-specific data, so by the thread itself; the other does not.
//
// expect: semaphore-leak tier=observed locks=1 names=pool functions=worker reason=ended
#include "tests/e2e/support.h"

#include <limits.h>
#include <semaphore.h>

static sem_t pool;
static pthread_key_t key;
static __thread int rounds;

static void give_back_late(void* value) {
  if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
    CHECK(pthread_setspecific(key, value) == 0);
  } else {
    sem_post(&pool);
  }
}

static void* worker(void* unused) {
  sem_wait(&pool);
  CHECK(pthread_setspecific(key, &pool) == 0);
  sem_wait(&pool);
  return unused;
}

int main(void) {
  CHECK(sem_init(&pool, 0, 3) == 0);
  CHECK(pthread_key_create(&key, give_back_late) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
