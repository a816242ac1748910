// SPDX-License-Identifier: Apache-2.0
// 200 threads come and go while one stays; the last of them inverts what the one that stays does.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=stay,invert
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex a, b;
static Step step;

static void stay() {
  std::lock_guard outer(a);  // held: stay
  std::lock_guard inner(b);  // wanted: stay
  advance(&step);
}

static void stay_to_the_end() {
  stay();
  await(&step, 2);
}

static void come_and_go() {
  std::lock_guard alone(b);
}

static void invert() {
  std::lock_guard outer(b);  // held: invert
  std::lock_guard inner(a);  // wanted: invert
}

int main() {
  std::thread staying(stay_to_the_end);
  await(&step, 1);
  for (int i = 0; i < 199; ++i) std::thread(come_and_go).join();
  std::thread(invert).join();
  advance(&step);
  staying.join();
}
