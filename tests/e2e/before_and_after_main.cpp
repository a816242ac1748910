// SPDX-License-Identifier: Apache-2.0
// Locks taken in a constructor before main, and in the other order by a static object's destructor after it.
//
// expect: lock-order-cycle tier=single-thread locks=2 names=a,b functions=before_main,~AfterMain
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b;

__attribute__((constructor)) static void before_main() {
  std::lock_guard outer(a);  // held: before
  std::lock_guard inner(b);  // wanted: before
}

struct AfterMain {
  ~AfterMain() {
    std::lock_guard outer(b);  // held: after
    std::lock_guard inner(a);  // wanted: after
  }
};
static AfterMain after_main;

int main() {}
