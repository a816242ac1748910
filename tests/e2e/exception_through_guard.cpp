// SPDX-License-Identifier: Apache-2.0
// An exception releases what guards hold on its way out.
//
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>
#include <stdexcept>

static std::mutex a, b;

static void fail_holding_a() {
  std::lock_guard hold(a);
  throw std::runtime_error("failed");
}

static void recover() {
  try {
    fail_holding_a();
  } catch (const std::runtime_error& error) {
    std::lock_guard hold(b);
    puts(error.what());
  }
}

static void reverse() {
  std::lock_guard hold_b(b);
  std::lock_guard hold_a(a);
}

int main() {
  const Part parts[] = {recover, reverse};
  run_in_turn(2, parts);
}
