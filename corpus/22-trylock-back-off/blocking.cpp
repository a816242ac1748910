// SPDX-License-Identifier: Apache-2.0
// Each mover waits for its target while it holds its source.
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex east, west;
static int moves;

static void go_east() {
  std::lock_guard hold_source(west);  // held: east
  std::lock_guard hold_target(east);  // wanted: east
  ++moves;
}

static void go_west() {
  std::lock_guard hold_source(east);  // held: west
  std::lock_guard hold_target(west);  // wanted: west
  ++moves;
}

int main() {
  const Part parts[] = {go_east, go_west};
  run_in_turn(2, parts);
  printf("%d moves\n", moves);
}
