// SPDX-License-Identifier: Apache-2.0
// Three levels of locks, nested in 13 * 13 * 13 ways, again and again: more ways than a thread keeps steps of
// (runtime-hook/step.h). What comes after is recorded like what came before.
//
// expect: lock-order-cycle tier=plausible locks=2 names=upper[0],lower[12] functions=nest_all,backward
#include "tests/e2e/support.h"

enum { kLevel = 13 };
static struct {
  pthread_mutex_t upper[kLevel];
  pthread_mutex_t middle[kLevel];
  pthread_mutex_t lower[kLevel];
} locks;

// Each lock at a place of its own.
#define AT_EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#define PLACE(place)                               \
  case place:                                      \
    CHECK(pthread_mutex_lock(&level[place]) == 0); \
    break;
static void take(pthread_mutex_t* level, int place) {
  switch (place) { AT_EACH(PLACE) }
}

static void nest_all(void) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kLevel * kLevel * kLevel; ++i) {
      const int upper = i % kLevel;
      const int middle = i / kLevel % kLevel;
      const int lower = i / kLevel / kLevel;
      take(locks.upper, upper);
      take(locks.middle, middle);
      take(locks.lower, lower);
      CHECK(pthread_mutex_unlock(&locks.lower[lower]) == 0);
      CHECK(pthread_mutex_unlock(&locks.middle[middle]) == 0);
      CHECK(pthread_mutex_unlock(&locks.upper[upper]) == 0);
    }
  }
}

static void backward(void) {
  pthread_mutex_lock(&locks.lower[12]);
  pthread_mutex_lock(&locks.upper[0]);
  pthread_mutex_unlock(&locks.upper[0]);
  pthread_mutex_unlock(&locks.lower[12]);
}

int main(void) {
  for (int i = 0; i < kLevel; ++i) {
    CHECK(pthread_mutex_init(&locks.upper[i], NULL) == 0);
    CHECK(pthread_mutex_init(&locks.middle[i], NULL) == 0);
    CHECK(pthread_mutex_init(&locks.lower[i], NULL) == 0);
  }
  const Part parts[] = {nest_all, backward};
  run_in_turn(2, parts);
  return 0;
}
