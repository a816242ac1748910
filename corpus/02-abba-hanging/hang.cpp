// SPDX-License-Identifier: Apache-2.0
// Each thread holds one lock before either asks for the other: a certain deadlock.
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex left, right;
static Step both_hold;
static pid_t tids[2];

static void take_left_first() {
  tids[0] = gettid();
  std::lock_guard outer(left);  // held: left
  advance(&both_hold);
  await(&both_hold, 2);
  std::lock_guard inner(right);  // wanted: left
}

static void take_right_first() {
  tids[1] = gettid();
  std::lock_guard outer(right);  // held: right
  advance(&both_hold);
  await(&both_hold, 2);
  std::lock_guard inner(left);  // wanted: right
}

int main() {
  std::thread left_first(take_left_first);
  std::thread right_first(take_right_first);
  await(&both_hold, 2);
  await_blocked(tids[0]);
  await_blocked(tids[1]);
  say_hanging();
  left_first.join();
  right_first.join();
}
