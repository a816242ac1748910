// SPDX-License-Identifier: Apache-2.0
// The main thread takes its locks before it creates a thread, when that has ended, and once while it may run.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static Step done;

static void* worker(void* unused) {
  backward();
  advance(&done);
  return unused;
}

int main(void) {
  pthread_t thread;
  for (int round = 0; round < 3; ++round) {
    if (round == 1) {
      CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
      await(&done, 1);
    }
    if (round == 2) CHECK(pthread_join(thread, NULL) == 0);
    forward();
  }
  return 0;
}
