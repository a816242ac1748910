// SPDX-License-Identifier: Apache-2.0
// Three locks, no two of them ever in both orders.
//
// expect: lock-order-cycle tier=plausible locks=3 names=one,two,three functions=work
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex one, two, three;
static std::mutex* const kRing[] = {&one, &two, &three};

static void work(int number) {
  std::lock_guard outer(*kRing[number]);            // held: ring
  std::lock_guard inner(*kRing[(number + 1) % 3]);  // wanted: ring
}

int main() {
  run_numbered_in_turn(3, work);
}
