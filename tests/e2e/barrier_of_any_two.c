// SPDX-License-Identifier: Apache-2.0
// Three threads meet at a barrier for two. That the one with `forward` met the go-between first, and the one
// with `backward` came later, is chance: in another run they are the other way round, and `backward` overlaps
// `forward`.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static pthread_barrier_t barrier;
static Step met;

static void* first(void* unused) {
  forward();
  pthread_barrier_wait(&barrier);
  return unused;
}

static void* go_between(void* unused) {
  pthread_barrier_wait(&barrier);
  advance(&met);
  pthread_barrier_wait(&barrier);
  return unused;
}

static void* second(void* unused) {
  await(&met, 1);
  pthread_barrier_wait(&barrier);
  backward();
  return unused;
}

int main(void) {
  void* (*const parts[])(void*) = {first, go_between, second};
  pthread_t threads[3];
  CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
  for (int i = 0; i < 3; ++i) CHECK(pthread_create(&threads[i], NULL, parts[i], NULL) == 0);
  for (int i = 0; i < 3; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(pthread_barrier_destroy(&barrier) == 0);
  return 0;
}
