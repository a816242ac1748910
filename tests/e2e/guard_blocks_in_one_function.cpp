// SPDX-License-Identifier: Apache-2.0
// One function takes the same outer lock in two blocks. Unoptimised, the guard's own frames are the same for
// both, so only the frame behind them tells which line the outer lock was taken on.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=outer,inner functions=two_blocks,reverse
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex outer, other, inner;

static void two_blocks() {
  {
    std::lock_guard hold(outer);
    std::lock_guard hold_other(other);
  }
  {
    std::lock_guard hold(outer);        // held: forward
    std::lock_guard hold_inner(inner);  // wanted: forward
  }
  std::lock_guard hold(outer);
}

static void reverse() {
  {
    std::lock_guard hold_inner(inner);
    std::lock_guard hold_other(other);
  }
  std::lock_guard hold_inner(inner);  // held: backward
  std::lock_guard hold(outer);        // wanted: backward
}

int main() {
  const Part parts[] = {two_blocks, reverse};
  run_in_turn(2, parts);
}
