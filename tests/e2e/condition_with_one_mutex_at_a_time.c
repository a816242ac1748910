// SPDX-License-Identifier: Apache-2.0
// The healthy twin of condition_with_two_mutexes: two threads wait together with one mutex; then, when both
// have gone, both with another one.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pid_t tids[2];
static int done;

static void* wait_with(void* mutex) {
  pthread_mutex_lock(mutex);
  const int number = tids[0] == 0 ? 0 : 1;
  __atomic_store_n(&tids[number], gettid(), __ATOMIC_RELEASE);
  while (!done) pthread_cond_wait(&condition, mutex);
  pthread_mutex_unlock(mutex);
  return NULL;
}

static void wait_together(pthread_mutex_t* mutex) {
  pthread_t threads[2];
  tids[0] = tids[1] = done = 0;
  for (int i = 0; i < 2; ++i) {
    CHECK(pthread_create(&threads[i], NULL, wait_with, mutex) == 0);
    await(&tids[i], 1);
    await_blocked(tids[i]);
  }
  pthread_mutex_lock(mutex);
  done = 1;
  pthread_cond_broadcast(&condition);
  pthread_mutex_unlock(mutex);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
}

int main(void) {
  wait_together(&first);
  wait_together(&second);
  return 0;
}
