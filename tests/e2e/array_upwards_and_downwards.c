// SPDX-License-Identifier: Apache-2.0
// One thread goes through an array hand over hand, another one backwards: one cause, whichever pair they meet
// at.
//
// expect: same-class-nesting tier=plausible locks=2 names=items[ functions=upwards,downwards
#include "tests/e2e/support.h"

enum { kItems = 10 };
static pthread_mutex_t items[kItems];

static void upwards(void) {
  pthread_mutex_lock(&items[0]);
  for (int i = 1; i < kItems; ++i) {
    pthread_mutex_lock(&items[i]);
    pthread_mutex_unlock(&items[i - 1]);
  }
  pthread_mutex_unlock(&items[kItems - 1]);
}

static void downwards(void) {
  for (int i = kItems; --i > 0;) {
    pthread_mutex_lock(&items[i]);
    pthread_mutex_lock(&items[i - 1]);
    pthread_mutex_unlock(&items[i - 1]);
    pthread_mutex_unlock(&items[i]);
  }
}

int main(void) {
  for (int i = 0; i < kItems; ++i) CHECK(pthread_mutex_init(&items[i], NULL) == 0);
  const Part parts[] = {upwards, downwards};
  run_in_turn(2, parts);
  return 0;
}
