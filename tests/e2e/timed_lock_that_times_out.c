// SPDX-License-Identifier: Apache-2.0
// What was not got is not held: after the time-out, b is taken under nothing.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <time.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static Step step;

static void* keep_a(void* unused) {
  pthread_mutex_lock(&a);
  advance(&step);
  await(&step, 2);
  pthread_mutex_unlock(&a);
  return unused;
}

static void* time_out(void* unused) {
  const struct timespec past = {1, 0};
  await(&step, 1);
  CHECK(pthread_mutex_timedlock(&a, &past) == ETIMEDOUT);
  CHECK(pthread_mutex_clocklock(&a, CLOCK_MONOTONIC, &past) == ETIMEDOUT);
  CHECK(pthread_mutex_trylock(&a) == EBUSY);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  advance(&step);
  return unused;
}

static void* reverse(void* unused) {
  await(&step, 2);
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  return unused;
}

int main(void) {
  void* (*const bodies[])(void*) = {keep_a, time_out, reverse};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, bodies[i], NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  return 0;
}
