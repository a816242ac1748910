// SPDX-License-Identifier: Apache-2.0
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b, c;

static void all() {
  std::lock_guard hold_a(a);
  std::lock_guard hold_b(b);
  std::lock_guard hold_c(c);
}

static void ends() {
  std::lock_guard hold_a(a);
  std::lock_guard hold_c(c);
}

static void tail() {
  std::lock_guard hold_b(b);
  std::lock_guard hold_c(c);
}

int main() {
  const Part parts[] = {all, ends, tail, all};
  run_in_turn(4, parts);
  puts("done");
}
