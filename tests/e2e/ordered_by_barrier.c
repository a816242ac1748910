// SPDX-License-Identifier: Apache-2.0
// What the one did before it came to the barrier lies before what the other did behind it, whoever came
// first.
//
// expect: lock-order-cycle tier=ordered locks=2 names=a,b functions=forward,backward reason=barrier
#include "tests/e2e/abba.h"

static pthread_barrier_t barrier;

static void* first(void* unused) {
  forward();
  pthread_barrier_wait(&barrier);
  return unused;
}

static void* second(void* unused) {
  pthread_barrier_wait(&barrier);
  backward();
  return unused;
}

int main(void) {
  pthread_t threads[2];
  CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
  CHECK(pthread_create(&threads[0], NULL, first, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, second, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(pthread_barrier_destroy(&barrier) == 0);
  return 0;
}
