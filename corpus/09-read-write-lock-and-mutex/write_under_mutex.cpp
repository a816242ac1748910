// SPDX-License-Identifier: Apache-2.0
// Readers of the table count under the statistics' lock; the clean-up, under that lock, wants to write the
// table.
#include "tests/e2e/support.h"

#include <mutex>
#include <shared_mutex>

static std::shared_mutex routes_lock;
static std::mutex statistics_lock;
static int routes = 3, lookups;

static void find_route() {
  std::shared_lock reading(routes_lock);      // held: find
  std::lock_guard counting(statistics_lock);  // wanted: find
  lookups += routes;
}

static void drop_unused_routes() {
  std::lock_guard counting(statistics_lock);  // held: drop
  if (lookups > routes) return;
  std::unique_lock writing(routes_lock);  // wanted: drop
  --routes;
}

int main() {
  const Part parts[] = {find_route, drop_unused_routes};
  run_in_turn(2, parts);
  printf("%d routes\n", routes);
}
