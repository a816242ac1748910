// SPDX-License-Identifier: Apache-2.0
// std::shared_mutex and std::shared_timed_mutex, by guards: the report points at the guards' lines.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=plain,timed functions=read_plain,read_timed
#include "tests/e2e/support.h"

#include <chrono>
#include <mutex>
#include <shared_mutex>

static std::shared_mutex plain;
static std::shared_timed_mutex timed;

static void read_plain() {
  std::shared_lock reading(plain);  // held: plain
  std::unique_lock writing(timed);  // wanted: plain
}

static void read_timed() {
  std::shared_lock reading(timed, std::chrono::seconds(30));  // held: timed
  CHECK(reading.owns_lock());
  std::unique_lock writing(plain);  // wanted: timed
}

int main() {
  const Part parts[] = {read_plain, read_timed};
  run_in_turn(2, parts);
}
