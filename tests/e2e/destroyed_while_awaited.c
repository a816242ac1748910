// SPDX-License-Identifier: Apache-2.0
// Destroyed while a thread waits: a condition and its mutex, a condition of C11, a semaphore, a barrier. The
// destruction of conditions and barriers blocks until those that wait have gone; from this barrier nobody
// goes.
//
// expect: destroy-in-use tier=observed locks=0 functions=end_condition reason=woken
// expect: destroy-in-use tier=observed locks=0 functions=end_c11 reason=woken
// expect: destroy-in-use tier=observed locks=1 names=mutex functions=end_mutex reason=EBUSY
// expect: destroy-in-use tier=observed functions=end_semaphore reason=waiting
// expect: destroy-in-use tier=observed locks=0 functions=end_barrier reason=complete
#include "tests/e2e/support.h"

#include <errno.h>
#include <semaphore.h>
#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static mtx_t c11_mutex;
static cnd_t c11_condition;
static sem_t semaphore;
static pthread_barrier_t barrier;
static pid_t tids[2];

static void* wait_for_condition(void* unused) {
  pthread_mutex_lock(&mutex);
  __atomic_store_n(&tids[0], gettid(), __ATOMIC_RELEASE);
  pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}
static void* wait_for_c11(void* unused) {
  mtx_lock(&c11_mutex);
  __atomic_store_n(&tids[0], gettid(), __ATOMIC_RELEASE);
  cnd_wait(&c11_condition, &c11_mutex);
  mtx_unlock(&c11_mutex);
  return unused;
}
static void* wait_for_semaphore(void* unused) {
  __atomic_store_n(&tids[0], gettid(), __ATOMIC_RELEASE);
  sem_wait(&semaphore);
  return unused;
}
static void* wait_at_barrier(void* unused) {
  __atomic_store_n(&tids[0], gettid(), __ATOMIC_RELEASE);
  pthread_barrier_wait(&barrier);
  return unused;
}

static void* end_condition(void* unused) {
  __atomic_store_n(&tids[1], gettid(), __ATOMIC_RELEASE);
  pthread_cond_destroy(&condition);
  return unused;
}
static void* end_c11(void* unused) {
  __atomic_store_n(&tids[1], gettid(), __ATOMIC_RELEASE);
  cnd_destroy(&c11_condition);
  return unused;
}
static void* end_barrier(void* unused) {
  __atomic_store_n(&tids[1], gettid(), __ATOMIC_RELEASE);
  pthread_barrier_destroy(&barrier);
  return unused;
}
static __attribute__((noinline)) void end_mutex(void) {
  CHECK(pthread_mutex_destroy(&mutex) == EBUSY);
}
static __attribute__((noinline)) void end_semaphore(void) {
  CHECK(sem_destroy(&semaphore) == 0);
}

// Threads number 0 and 1 are what waits and what destroys. Returns once this one is blocked.
static pthread_t threads[2];
static void start_and_await(int number, void* (*body)(void*)) {
  tids[number] = 0;
  CHECK(pthread_create(&threads[number], NULL, body, NULL) == 0);
  await(&tids[number], 1);
  await_blocked(tids[number]);
}
static void join(int count) {
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

int main(void) {
  mtx_init(&c11_mutex, mtx_plain);
  cnd_init(&c11_condition);
  sem_init(&semaphore, 0, 0);
  pthread_barrier_init(&barrier, NULL, 2);

  start_and_await(0, wait_for_condition);
  end_mutex();
  start_and_await(1, end_condition);
  pthread_cond_signal(&condition);
  join(2);

  start_and_await(0, wait_for_c11);
  start_and_await(1, end_c11);
  cnd_signal(&c11_condition);
  join(2);

  start_and_await(0, wait_for_semaphore);
  end_semaphore();
  sem_post(&semaphore);
  join(1);

  start_and_await(0, wait_at_barrier);
  start_and_await(1, end_barrier);
  return 0;
}
