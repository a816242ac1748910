// SPDX-License-Identifier: Apache-2.0
// A semaphore made without permits says that something is done. One thread waits for it under a lock, another
// takes the lock after it has waited: two orders, but nobody holds a signal.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static sem_t done;

static void post_twice(void) {
  sem_post(&done);
  sem_post(&done);
}

static void wait_then_lock(void) {
  sem_wait(&done);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

static void wait_under_lock(void) {
  pthread_mutex_lock(&m);
  sem_wait(&done);
  pthread_mutex_unlock(&m);
}

int main(void) {
  CHECK(sem_init(&done, 0, 0) == 0);
  const Part parts[] = {post_twice, wait_then_lock, wait_under_lock};
  run_in_turn(3, parts);
  return 0;
}
