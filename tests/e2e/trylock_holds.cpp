// SPDX-License-Identifier: Apache-2.0
// A lock taken by trylock is held like any other: waiting for the next one under it closes a cycle.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=try_then_wait,reverse
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b;

static void try_then_wait() {
  CHECK(a.try_lock());        // held: tried
  std::lock_guard hold_b(b);  // wanted: tried
  a.unlock();
}

static void reverse() {
  std::lock_guard hold_b(b);  // held: reverse
  std::lock_guard hold_a(a);  // wanted: reverse
}

int main() {
  const Part parts[] = {try_then_wait, reverse};
  run_in_turn(2, parts);
}
