// SPDX-License-Identifier: Apache-2.0
// The healthy twin of destroyed_while_awaited: a condition is destroyed as soon as all that waited were
// woken, though they are still on their way out, which waits for the mutex here; a barrier by whoever the
// last arrival has let go; a semaphore by who waited for it. So it is allowed, and done in many rounds.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

enum { kRounds = 200, kWaiters = 3 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition;
static pthread_barrier_t barrier;
static sem_t done;
static int waiting;
static int by_signal;

static void* wait_once(void* unused) {
  pthread_mutex_lock(&mutex);
  ++waiting;
  pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
    CHECK(pthread_barrier_destroy(&barrier) == 0);
    sem_post(&done);
  }
  return unused;
}

static void wake_and_destroy(void) {
  pthread_mutex_lock(&mutex);
  while (waiting < kWaiters) {
    pthread_mutex_unlock(&mutex);
    sched_yield();
    pthread_mutex_lock(&mutex);
  }
  if (by_signal) {
    for (int i = 0; i < kWaiters; ++i) pthread_cond_signal(&condition);
  } else {
    pthread_cond_broadcast(&condition);
  }
  CHECK(pthread_cond_destroy(&condition) == 0);
  waiting = 0;
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  for (int round = 0; round < kRounds; ++round) {
    by_signal = round % 2;
    pthread_cond_init(&condition, NULL);
    pthread_barrier_init(&barrier, NULL, kWaiters);
    sem_init(&done, 0, 0);
    pthread_t threads[kWaiters];
    for (int i = 0; i < kWaiters; ++i) CHECK(pthread_create(&threads[i], NULL, wait_once, NULL) == 0);
    wake_and_destroy();
    sem_wait(&done);
    for (int i = 0; i < kWaiters; ++i) pthread_join(threads[i], NULL);
    CHECK(sem_destroy(&done) == 0);
  }
  CHECK(pthread_mutex_destroy(&mutex) == 0);
  return 0;
}
