// SPDX-License-Identifier: Apache-2.0
// Very many pairs of one class of locks are nested by ascending address, one pair once by descending address,
// at the same place. That is a kind of its own, so it is recorded however many the others were.
//
// expect: lock-order-cycle tier=plausible locks=2 names=items[7],items[8] functions=walk
#include "tests/e2e/support.h"

enum { kItems = 1500 };
static pthread_mutex_t items[kItems + 1];

static void walk(int number) {
  for (int i = 0; i < kItems; ++i) {
    const int descends = number == 1 && i == kItems - 1;
    pthread_mutex_t* first = &items[descends ? 8 : i];
    pthread_mutex_t* second = &items[descends ? 7 : i + 1];
    pthread_mutex_lock(first);
    pthread_mutex_lock(second);
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
  }
}

int main(void) {
  for (int i = 0; i <= kItems; ++i) CHECK(pthread_mutex_init(&items[i], NULL) == 0);
  run_numbered_in_turn(2, walk);
  return 0;
}
