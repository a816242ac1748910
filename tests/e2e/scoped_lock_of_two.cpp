// SPDX-License-Identifier: Apache-2.0
// std::scoped_lock of several locks waits for one at a time, holding none.
//
// flags: -O0
// flags: -O2
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b;

static void forward() {
  std::scoped_lock both(a, b);
}
static void backward() {
  std::scoped_lock both(b, a);
}

int main() {
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
}
