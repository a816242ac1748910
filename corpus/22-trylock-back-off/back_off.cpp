// SPDX-License-Identifier: Apache-2.0
// The target is only tried. On failure the mover lets go of its source and begins again.
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex east, west;
static int moves;

static void move(std::mutex& source, std::mutex& target) {
  for (;;) {
    std::lock_guard hold_source(source);
    std::unique_lock hold_target(target, std::try_to_lock);
    if (!hold_target.owns_lock()) continue;
    ++moves;
    return;
  }
}

static void go_east() {
  move(west, east);
}
static void go_west() {
  move(east, west);
}

int main() {
  const Part parts[] = {go_east, go_west};
  run_in_turn(2, parts);
  printf("%d moves\n", moves);
}
