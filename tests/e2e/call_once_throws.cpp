// SPDX-License-Identifier: Apache-2.0
// Exceptions pass through std::call_once and leave it to be done again; what the initialiser locks is seen as
// ever.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=initialise,reverse
#include "tests/e2e/support.h"

#include <mutex>
#include <stdexcept>

static std::mutex a, b;
static std::once_flag once;
static int attempts;

static void initialise() {
  std::lock_guard hold_b(b);  // wanted: once
  if (++attempts < 3) throw std::runtime_error("not yet");
}

static void use() {
  std::lock_guard hold_a(a);  // held: once
  std::call_once(once, initialise);
}

static void use_until_done() {
  int caught = 0;
  for (int i = 0; i < 5; ++i) {
    try {
      use();
    } catch (const std::runtime_error&) {
      ++caught;
    }
  }
  printf("%d attempts, %d exceptions\n", attempts, caught);
}

static void reverse() {
  std::lock_guard hold_b(b);  // held: reverse
  std::lock_guard hold_a(a);  // wanted: reverse
}

int main() {
  const Part parts[] = {use_until_done, reverse};
  run_in_turn(2, parts);
}
