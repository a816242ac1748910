// SPDX-License-Identifier: Apache-2.0
// Another thread unlocks a: the first one no longer holds it when it takes b, which makes no order.
//
// expect: bad-unlock tier=observed locks=1 names=a functions=take_a,release_a reason=other
#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static Step step;

static void* take_a(void* unused) {
  pthread_mutex_lock(&a);
  advance(&step);
  await(&step, 2);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  advance(&step);
  return unused;
}

static void* release_a(void* unused) {
  await(&step, 1);
  pthread_mutex_unlock(&a);
  advance(&step);
  await(&step, 3);
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, take_a, NULL);
  pthread_create(&threads[1], NULL, release_a, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
