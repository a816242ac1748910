// SPDX-License-Identifier: Apache-2.0
// One order blocks, the reverse only tries: nobody waits for a while holding b.
//
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b;

static void blocking() {
  std::lock_guard outer(a);
  std::lock_guard inner(b);
}

static void trying() {
  std::lock_guard outer(b);
  std::unique_lock inner(a, std::try_to_lock);
  CHECK(inner.owns_lock());
}

int main() {
  const Part parts[] = {blocking, trying};
  run_in_turn(2, parts);
}
