// SPDX-License-Identifier: Apache-2.0
// Both orders, one thread: it cannot wait for itself.
//
// expect: lock-order-cycle tier=single-thread locks=2 names=a,b functions=main
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b;

int main() {
  {
    std::lock_guard outer(a);  // held: ab
    std::lock_guard inner(b);  // wanted: ab
  }
  std::lock_guard outer(b);  // held: ba
  std::lock_guard inner(a);  // wanted: ba
}
