// SPDX-License-Identifier: Apache-2.0
// A thread_local object's destructor locks while its thread ends.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=~Farewell,reverse
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex a, b;
static Step step;

struct Farewell {
  bool used = false;
  ~Farewell() {
    {
      std::lock_guard outer(a);  // held: farewell
      std::lock_guard inner(b);  // wanted: farewell
    }
    advance(&step);
  }
};
static thread_local Farewell farewell;

static void reverse() {
  await(&step, 1);
  std::lock_guard outer(b);  // held: reverse
  std::lock_guard inner(a);  // wanted: reverse
}

int main() {
  std::thread reversing(reverse);
  std::thread ending([] { farewell.used = true; });
  reversing.join();
  ending.join();
}
