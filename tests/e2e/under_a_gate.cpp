// SPDX-License-Identifier: Apache-2.0
// expect: lock-order-cycle tier=guarded locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex gate, a, b;

static void forward() {
  std::lock_guard alone(gate);
  std::lock_guard outer(a);  // held: forward
  std::lock_guard inner(b);  // wanted: forward
}

static void backward() {
  std::lock_guard alone(gate);
  std::lock_guard outer(b);  // held: backward
  std::lock_guard inner(a);  // wanted: backward
}

int main() {
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
}
