// SPDX-License-Identifier: Apache-2.0
// After a condition wait the lock is held once, and not at all after its unlock: all three kinds of wait.
//
// expect: silent
#include "tests/e2e/support.h"

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>

static std::mutex m, after;
static std::condition_variable changed;
static int stage;
static Step step;

static void await_stage(std::unique_lock<std::mutex>& hold, int value) {
  while (stage < value) {
    if (value == 1) changed.wait(hold);
    if (value == 2) changed.wait_for(hold, std::chrono::seconds(30));
    if (value == 3) changed.wait_until(hold, std::chrono::system_clock::now() + std::chrono::seconds(30));
  }
}

static void consume() {
  for (int value = 1; value <= 3; ++value) {
    {
      std::unique_lock hold(m);
      advance(&step);
      await_stage(hold, value);
    }
    std::lock_guard hold_after(after);
  }
}

static void* produce(void* unused) {
  for (int value = 1; value <= 3; ++value) {
    await(&step, value);
    std::lock_guard hold(m);
    stage = value;
    changed.notify_one();
  }
  return unused;
}

static void reverse() {
  std::lock_guard hold_after(after);
  std::lock_guard hold(m);
}

int main() {
  pthread_t producer;
  pthread_create(&producer, nullptr, produce, nullptr);
  const Part parts[] = {consume, reverse};
  run_in_turn(2, parts);
  pthread_join(producer, nullptr);
}
