// SPDX-License-Identifier: Apache-2.0
// All take the left fork first.
#include "tests/e2e/support.h"

#include <mutex>

constexpr int kPhilosophers = 5;
static std::mutex forks[kPhilosophers];

static void dine(int number) {
  std::mutex* first = &forks[number];
  std::mutex* second = &forks[(number + 1) % kPhilosophers];
  std::lock_guard hold_first(*first);    // held: dine
  std::lock_guard hold_second(*second);  // wanted: dine
  printf("%d eats\n", number);
}

int main() {
  run_numbered_in_turn(kPhilosophers, dine);
}
