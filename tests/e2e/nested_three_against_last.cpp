// SPDX-License-Identifier: Apache-2.0
// a, b, c nested against c, a. The cycle of three takes two edges from one thread and is no cause of its
// own.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,c functions=nest,reverse
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b, c;

static void nest() {
  std::lock_guard hold_a(a);  // held: nest
  std::lock_guard hold_b(b);
  std::lock_guard hold_c(c);  // wanted: nest
}

static void reverse() {
  std::lock_guard hold_c(c);  // held: reverse
  std::lock_guard hold_a(a);  // wanted: reverse
}

int main() {
  const Part parts[] = {nest, reverse};
  run_in_turn(2, parts);
}
