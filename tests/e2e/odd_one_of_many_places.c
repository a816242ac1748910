// SPDX-License-Identifier: Apache-2.0
// Five places take a then b, and one b then a: that one is likely to be the mistake.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward reason=odd
#include "tests/e2e/abba.h"

static __attribute__((noinline)) void place_0(void) {
  forward();
  __asm__("");  // no tail call
}

static __attribute__((noinline)) void place_1(void) {
  forward();
  __asm__("");  // no tail call
}

static __attribute__((noinline)) void place_2(void) {
  forward();
  __asm__("");  // no tail call
}

static __attribute__((noinline)) void place_3(void) {
  forward();
  __asm__("");  // no tail call
}

static __attribute__((noinline)) void place_4(void) {
  forward();
  __asm__("");  // no tail call
}

static void usual(void) {
  place_0();
  place_1();
  place_2();
  place_3();
  place_4();
}

int main(void) {
  const Part parts[] = {usual, backward};
  run_in_turn(2, parts);
  return 0;
}
