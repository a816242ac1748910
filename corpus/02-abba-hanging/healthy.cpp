// SPDX-License-Identifier: Apache-2.0
// The second thread really waits for the first, in the one order there is: contention, not deadlock.
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex left, right;
static Step holding;
static pid_t waiter;

static void hold_until_waited_for() {
  std::lock_guard outer(left);
  std::lock_guard inner(right);
  advance(&holding);
  await(&holding, 2);
  await_blocked(waiter);
}

static void wait_for_both() {
  waiter = gettid();
  await(&holding, 1);
  advance(&holding);
  std::lock_guard outer(left);
  std::lock_guard inner(right);
}

int main() {
  std::thread holder(hold_until_waited_for);
  std::thread other(wait_for_both);
  holder.join();
  other.join();
  puts("done");
}
