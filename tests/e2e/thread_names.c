// SPDX-License-Identifier: Apache-2.0
// Threads go by the names they gave themselves.
//
// expect: lock-order-cycle tier=plausible locks=2 threads=flusher,compactor
#include "tests/e2e/abba.h"

static void flusher(void) {
  pthread_setname_np(pthread_self(), "flusher");
  forward();
}

static void compactor(void) {
  pthread_setname_np(pthread_self(), "compactor");
  backward();
}

int main(void) {
  const Part parts[] = {flusher, compactor};
  run_in_turn(2, parts);
  return 0;
}
