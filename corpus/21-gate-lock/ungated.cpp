// SPDX-License-Identifier: Apache-2.0
// Both orders, and the gate is taken on one side only: it keeps nobody out.
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex gate, index_lock, data_lock;

static void rebuild_index() {
  std::lock_guard alone(gate);
  std::lock_guard hold_index(index_lock);  // held: rebuild
  std::lock_guard hold_data(data_lock);    // wanted: rebuild
}

static void compact_data() {
  std::lock_guard hold_data(data_lock);    // held: compact
  std::lock_guard hold_index(index_lock);  // wanted: compact
}

int main() {
  const Part parts[] = {rebuild_index, compact_data};
  run_in_turn(2, parts);
}
