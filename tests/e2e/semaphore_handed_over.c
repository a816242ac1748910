// SPDX-License-Identifier: Apache-2.0
// A semaphore with one permit, waited for by one thread and posted by another, is no lock: neither does the
// first thread hold it afterwards, nor do two orders of it and a mutex mean anything.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t after = PTHREAD_MUTEX_INITIALIZER;
static sem_t token;
static Step step;

static void* take(void* unused) {
  sem_wait(&token);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  advance(&step);
  await(&step, 2);
  pthread_mutex_lock(&after);
  pthread_mutex_unlock(&after);
  advance(&step);
  await(&step, 4);
  return unused;
}

static void* hand_on(void* unused) {
  await(&step, 1);
  sem_post(&token);
  advance(&step);
  await(&step, 3);
  pthread_mutex_lock(&after);
  pthread_mutex_lock(&m);
  sem_wait(&token);
  sem_post(&token);
  pthread_mutex_unlock(&m);
  pthread_mutex_unlock(&after);
  advance(&step);
  return unused;
}

int main(void) {
  CHECK(sem_init(&token, 0, 1) == 0);
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, take, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, hand_on, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
