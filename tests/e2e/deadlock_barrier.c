// SPDX-License-Identifier: Apache-2.0
// A barrier for three at which only two will ever come.
//
// expect: deadlock tier=actual functions=meet
// ended: deadlock
// live: waits for a barrier for 3 threads
#include "tests/e2e/support.h"

static pthread_barrier_t barrier;

static void* meet(void* unused) {
  pthread_barrier_wait(&barrier);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_barrier_init(&barrier, NULL, 3);
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, meet, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
