// SPDX-License-Identifier: Apache-2.0
// A signal handler posts a permit of a pool that its thread has two of, while the thread waits for another
// semaphore. One is left, which the thread keeps; a permit that another thread has stays with that one.
//
// expect: semaphore-leak tier=observed locks=1 names=pool functions=take_two reason=ended
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <signal.h>

static sem_t pool, other;
static pid_t waiter;
static Step step;

static void on_signal(int number) {
  (void)number;
  sem_post(&pool);
}

static void* take_two(void* unused) {
  sem_wait(&pool);
  sem_wait(&pool);
  __atomic_store_n(&waiter, gettid(), __ATOMIC_RELAXED);
  advance(&step);
  sem_wait(&other);
  sem_post(&other);
  return unused;
}

static void* keep_one(void* unused) {
  sem_wait(&pool);
  advance(&step);
  await(&step, 3);
  sem_post(&pool);
  return unused;
}

int main(void) {
  const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(sem_init(&pool, 0, 3) == 0);
  CHECK(sem_init(&other, 0, 1) == 0);
  sem_wait(&other);
  pthread_t taker, keeper;
  CHECK(pthread_create(&taker, NULL, take_two, NULL) == 0);
  CHECK(pthread_create(&keeper, NULL, keep_one, NULL) == 0);
  await(&step, 2);
  await_blocked(waiter);
  CHECK(pthread_kill(taker, SIGUSR1) == 0);
  int permits = 0;
  while (permits != 1) CHECK(sem_getvalue(&pool, &permits) == 0);
  sem_post(&other);
  CHECK(pthread_join(taker, NULL) == 0);
  advance(&step);
  CHECK(pthread_join(keeper, NULL) == 0);
  return 0;
}
