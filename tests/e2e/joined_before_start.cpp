// SPDX-License-Identifier: Apache-2.0
// The first thread has been joined before the second is created.
//
// expect: lock-order-cycle tier=ordered locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex a, b;

static void forward() {
  std::lock_guard outer(a);
  std::lock_guard inner(b);
}

static void backward() {
  std::lock_guard outer(b);
  std::lock_guard inner(a);
}

int main() {
  std::thread(forward).join();
  std::thread(backward).join();
}
