// SPDX-License-Identifier: Apache-2.0
// Reuse of an address does not hide an inversion within one life of the lock that lies there.
//
// expect: lock-order-cycle tier=plausible locks=2 names=other functions=second_life,invert_second_life
#include "tests/e2e/support.h"

#include <mutex>
#include <new>

static std::mutex other;
alignas(std::mutex) static unsigned char storage[sizeof(std::mutex)];
static std::mutex* reused;

static void first_life() {
  reused = new (storage) std::mutex;
  { std::lock_guard inner(*reused); }
  reused->~mutex();
}

static void second_life() {
  reused = new (storage) std::mutex;
  std::lock_guard outer(*reused);  // held: second
  std::lock_guard inner(other);    // wanted: second
}

static void invert_second_life() {
  std::lock_guard outer(other);    // held: invert
  std::lock_guard inner(*reused);  // wanted: invert
}

int main() {
  const Part parts[] = {first_life, second_life, invert_second_life};
  run_in_turn(3, parts);
}
