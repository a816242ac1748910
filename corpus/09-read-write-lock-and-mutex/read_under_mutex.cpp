// SPDX-License-Identifier: Apache-2.0
// Both orders of the two locks, but the table is only read in either.
#include "tests/e2e/support.h"

#include <mutex>
#include <shared_mutex>

static std::shared_mutex routes_lock;
static std::mutex statistics_lock;
static int routes = 3, lookups;

static void find_route() {
  std::shared_lock reading(routes_lock);
  std::lock_guard counting(statistics_lock);
  lookups += routes;
}

static void report() {
  std::lock_guard counting(statistics_lock);
  std::shared_lock reading(routes_lock);
  printf("%d lookups, %d routes\n", lookups, routes);
}

int main() {
  const Part parts[] = {find_route, report};
  run_in_turn(2, parts);
}
