// SPDX-License-Identifier: Apache-2.0
// A recursive lock is held until its last unlock, not its first.
//
// expect: lock-order-cycle tier=plausible locks=2 names=outer,inner functions=enter_twice,reverse
#include "tests/e2e/support.h"

#include <mutex>

static std::recursive_mutex outer;
static std::mutex inner;

static void enter_twice() {
  std::lock_guard hold(outer);  // held: forward
  { std::lock_guard again(outer); }
  std::lock_guard hold_inner(inner);  // wanted: forward
}

static void reverse() {
  std::lock_guard hold_inner(inner);  // held: backward
  std::lock_guard hold(outer);        // wanted: backward
}

int main() {
  const Part parts[] = {enter_twice, reverse};
  run_in_turn(2, parts);
}
