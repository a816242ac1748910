// SPDX-License-Identifier: Apache-2.0
// More pairs of one class are nested by ascending address than are recorded one by one, and a late one once
// by descending address: both orders of the class are known, and not that this pair had both.
//
// expect: same-class-nesting tier=plausible severity=warning locks=2 names=items[] functions=nest
// reason=classes
#include "tests/e2e/support.h"

enum { kItems = 1500, kLate = 1400 };
static pthread_mutex_t items[kItems + 1];

static void nest(int first, int second) {
  pthread_mutex_lock(&items[first]);
  pthread_mutex_lock(&items[second]);
  pthread_mutex_unlock(&items[second]);
  pthread_mutex_unlock(&items[first]);
}

static void walk(int number) {
  for (int i = 0; number == 0 && i < kItems; ++i) nest(i, i + 1);
  if (number == 1) nest(kLate + 1, kLate);
}

int main(void) {
  for (int i = 0; i <= kItems; ++i) CHECK(pthread_mutex_init(&items[i], NULL) == 0);
  run_numbered_in_turn(2, walk);
  return 0;
}
