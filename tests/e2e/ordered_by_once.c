// SPDX-License-Identifier: Apache-2.0
// Whoever returns from pthread_once comes after its routine.
//
// expect: lock-order-cycle tier=ordered locks=2 names=a,b functions=forward,backward reason=once
#include "tests/e2e/abba.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void first(void) {
  CHECK(pthread_once(&once, forward) == 0);
}

static void second(void) {
  CHECK(pthread_once(&once, forward) == 0);
  backward();
}

int main(void) {
  const Part parts[] = {first, second};
  run_in_turn(2, parts);
  return 0;
}
