// SPDX-License-Identifier: Apache-2.0
// std::scoped_lock waits for one lock while it holds none, and tries the other.
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex east, west;
static int moves;

static void go_east() {
  std::scoped_lock both(west, east);
  ++moves;
}

static void go_west() {
  std::scoped_lock both(east, west);
  ++moves;
}

int main() {
  const Part parts[] = {go_east, go_west};
  run_in_turn(2, parts);
  printf("%d moves\n", moves);
}
