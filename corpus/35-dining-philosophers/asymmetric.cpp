// SPDX-License-Identifier: Apache-2.0
// The last philosopher takes the right fork first, which breaks the ring.
#include "tests/e2e/support.h"

#include <mutex>
#include <utility>

constexpr int kPhilosophers = 5;
static std::mutex forks[kPhilosophers];

static void dine(int number) {
  std::mutex* first = &forks[number];
  std::mutex* second = &forks[(number + 1) % kPhilosophers];
  if (number == kPhilosophers - 1) std::swap(first, second);
  std::lock_guard hold_first(*first);
  std::lock_guard hold_second(*second);
  printf("%d eats\n", number);
}

int main() {
  run_numbered_in_turn(kPhilosophers, dine);
}
