// SPDX-License-Identifier: Apache-2.0
// Very many pairs of one class of locks are nested by ascending address, one pair once by descending address,
// at the same place. That is a kind of its own, so it is recorded however many the others were.
//
// expect: same-class-nesting tier=plausible locks=2 names=items[7],items[8] functions=walk
#include "tests/e2e/support.h"

enum { kItems = 1500 };
static pthread_mutex_t items[kItems + 1];

static int order[2][kItems][2];

static void walk(int number) {
  for (int i = 0; i < kItems; ++i) {
    pthread_mutex_t* first = &items[order[number][i][0]];
    pthread_mutex_t* second = &items[order[number][i][1]];
    pthread_mutex_lock(first);
    pthread_mutex_lock(second);
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
  }
}

int main(void) {
  for (int i = 0; i <= kItems; ++i) CHECK(pthread_mutex_init(&items[i], NULL) == 0);
  for (int i = 0; i < kItems; ++i) {
    order[0][i][0] = order[1][i][0] = i;
    order[0][i][1] = order[1][i][1] = i + 1;
  }
  order[1][kItems - 1][0] = 8;
  order[1][kItems - 1][1] = 7;
  run_numbered_in_turn(2, walk);
  return 0;
}
