// SPDX-License-Identifier: Apache-2.0
// A thread cancelled while it waits for a semaphore does not have it: what its clean-up handler locks, it
// locks under nothing. A cancellation that was asked for before is acted upon even if there is a permit,
// which stays.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t taken, untouched;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pid_t waiter_tid;
static Step step;

static void lock_and_unlock(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

static void* wait_for_ever(void* unused) {
  __atomic_store_n(&waiter_tid, gettid(), __ATOMIC_RELAXED);
  advance(&step);
  pthread_cleanup_push(lock_and_unlock, NULL);
  sem_wait(&taken);
  pthread_cleanup_pop(0);
  return unused;
}

static void* wait_though_cancelled(void* unused) {
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
  await(&step, 2);
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
  pthread_cleanup_push(lock_and_unlock, NULL);
  sem_wait(&untouched);
  pthread_cleanup_pop(0);
  return unused;
}

static void* reverse(void* unused) {
  await(&step, 3);
  pthread_mutex_lock(&m);
  sem_wait(&taken);
  sem_wait(&untouched);
  sem_post(&untouched);
  sem_post(&taken);
  pthread_mutex_unlock(&m);
  return unused;
}

static void expect_cancelled(pthread_t thread) {
  void* result;
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED);
}

int main(void) {
  pthread_t blocked, late, reverser;
  sem_init(&taken, 0, 1);
  sem_init(&untouched, 0, 1);
  sem_wait(&taken);
  CHECK(pthread_create(&reverser, NULL, reverse, NULL) == 0);
  CHECK(pthread_create(&blocked, NULL, wait_for_ever, NULL) == 0);
  CHECK(pthread_create(&late, NULL, wait_though_cancelled, NULL) == 0);
  await(&step, 1);
  await_blocked(waiter_tid);
  CHECK(pthread_cancel(blocked) == 0);
  expect_cancelled(blocked);
  CHECK(pthread_cancel(late) == 0);
  advance(&step);
  expect_cancelled(late);
  int permits;
  CHECK(sem_getvalue(&untouched, &permits) == 0 && permits == 1);
  sem_post(&taken);
  advance(&step);
  CHECK(pthread_join(reverser, NULL) == 0);
  return 0;
}
