// SPDX-License-Identifier: Apache-2.0
// Nobody ever posts this pool, and a thread hangs waiting for it: its permits were meant to come back. That
// is known although the program is killed.
//
// kill_after: hanging
// signal: KILL
// expect: semaphore-leak tier=observed locks=1 names=pool functions=take reason=wait
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t pool;
static pid_t waiter;

static void* take(void* unused) {
  sem_wait(&pool);
  return unused;
}

static void* want(void* unused) {
  __atomic_store_n(&waiter, gettid(), __ATOMIC_RELEASE);
  sem_wait(&pool);
  return unused;
}

int main(void) {
  CHECK(sem_init(&pool, 0, 2) == 0);
  pthread_t thread;
  for (int i = 0; i < 2; ++i) {
    CHECK(pthread_create(&thread, NULL, take, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  }
  CHECK(pthread_create(&thread, NULL, want, NULL) == 0);
  while (__atomic_load_n(&waiter, __ATOMIC_ACQUIRE) == 0) sched_yield();
  await_blocked(waiter);
  say_hanging();
  pthread_join(thread, NULL);
  return 0;
}
