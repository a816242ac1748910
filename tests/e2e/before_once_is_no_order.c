// SPDX-License-Identifier: Apache-2.0
// The routine ran in the thread of `forward`, but would have run in the other, had that come first.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {}

static void first(void) {
  forward();
  CHECK(pthread_once(&once, prepare) == 0);
}

static void second(void) {
  CHECK(pthread_once(&once, prepare) == 0);
  backward();
}

int main(void) {
  const Part parts[] = {first, second};
  run_in_turn(2, parts);
  return 0;
}
