// SPDX-License-Identifier: Apache-2.0
// A signal handler posts the semaphore that its thread holds, while the thread waits for another one.
// Afterwards the thread holds the second only, and that it does hold.
//
// expect: lock-order-cycle tier=plausible locks=2 names=second,under_second functions=wait_for_both,reverse
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <signal.h>

static sem_t posted_by_handler, second;
static pthread_mutex_t under_second = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pid_t waiter_tid;
static Step step;

static void on_signal(int number) {
  (void)number;
  sem_post(&posted_by_handler);
}

static void* wait_for_both(void* unused) {
  __atomic_store_n(&waiter_tid, gettid(), __ATOMIC_RELAXED);
  sem_wait(&posted_by_handler);
  advance(&step);
  sem_wait(&second);                  // held: forward
  pthread_mutex_lock(&under_second);  // wanted: forward
  pthread_mutex_unlock(&under_second);
  sem_post(&second);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  advance(&step);
  await(&step, 3);
  return unused;
}

static void* reverse(void* unused) {
  await(&step, 2);
  pthread_mutex_lock(&under_second);  // held: reverse
  sem_wait(&second);                  // wanted: reverse
  sem_post(&second);
  pthread_mutex_unlock(&under_second);
  pthread_mutex_lock(&m);
  sem_wait(&posted_by_handler);
  sem_post(&posted_by_handler);
  pthread_mutex_unlock(&m);
  advance(&step);
  return unused;
}

int main(void) {
  const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  sem_init(&posted_by_handler, 0, 1);
  sem_init(&second, 0, 1);
  sem_wait(&second);
  pthread_t waiter, reverser;
  CHECK(pthread_create(&waiter, NULL, wait_for_both, NULL) == 0);
  CHECK(pthread_create(&reverser, NULL, reverse, NULL) == 0);
  await(&step, 1);
  await_blocked(waiter_tid);
  CHECK(pthread_kill(waiter, SIGUSR1) == 0);
  int permits;
  do {
    CHECK(sem_getvalue(&posted_by_handler, &permits) == 0);
  } while (permits == 0);
  sem_post(&second);
  CHECK(pthread_join(waiter, NULL) == 0);
  CHECK(pthread_join(reverser, NULL) == 0);
  return 0;
}
