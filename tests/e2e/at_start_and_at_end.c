// SPDX-License-Identifier: Apache-2.0
// The main thread takes its locks while it is alone: before it creates a thread, and again when that has
// ended.
//
// expect: lock-order-cycle tier=ordered locks=2 names=a,b functions=forward,backward reason=created
#include "tests/e2e/abba.h"

static void* worker(void* unused) {
  backward();
  return unused;
}

int main(void) {
  for (int round = 0; round < 2; ++round) {
    forward();
    if (round == 1) break;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  }
  return 0;
}
