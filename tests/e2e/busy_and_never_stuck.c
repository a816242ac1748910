// SPDX-License-Identifier: Apache-2.0
// Many threads want one lock, hand work to one another by conditions, semaphores and barriers, and join, all
// the time: somebody always waits, and nobody for long.
//
// expect: silent
// stuck: 5
#include "tests/e2e/support.h"

#include <semaphore.h>

enum { kThreads = 16, kRounds = 400 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t ping, pong;
static int turn;

static void take_turn_in_order(int number) {
  pthread_mutex_lock(&mutex);
  while (turn % kThreads != number) pthread_cond_wait(&turned, &mutex);
  ++turn;
  pthread_cond_broadcast(&turned);
  pthread_mutex_unlock(&mutex);
}

static void* work(void* argument) {
  const int number = (int)(long)argument;
  for (int round = 0; round < kRounds; ++round) {
    take_turn_in_order(number);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    if (round % 16 == number) {
      pthread_rwlock_wrlock(&rwlock);
      pthread_rwlock_unlock(&rwlock);
    }
    if (round % 100 == 0) pthread_barrier_wait(&barrier);
  }
  return argument;
}

static void* answer(void* unused) {
  for (int i = 0; i < kRounds; ++i) {
    sem_wait(&ping);
    sem_post(&pong);
  }
  return unused;
}

int main(void) {
  pthread_t threads[kThreads];
  pthread_t other;
  sem_init(&ping, 0, 0);
  sem_init(&pong, 0, 0);
  pthread_barrier_init(&barrier, NULL, kThreads);
  CHECK(pthread_create(&other, NULL, answer, NULL) == 0);
  for (long i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, work, (void*)i) == 0);
  for (int i = 0; i < kRounds; ++i) {
    sem_post(&ping);
    sem_wait(&pong);
  }
  CHECK(pthread_join(other, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  puts("done");
  return 0;
}
