// SPDX-License-Identifier: Apache-2.0
// Very many pairs, all in one order; then very many locks of one class inside one another, hand over hand.
// That two locks of a class nest is no inversion.
//
// expect: silent
#include "tests/e2e/many_pairs.h"

static void hand_over_hand(void) {
  pthread_mutex_lock(&stocks[0]);
  for (int i = 1; i < kPairs; ++i) {
    pthread_mutex_lock(&stocks[i]);
    pthread_mutex_unlock(&stocks[i - 1]);
  }
  pthread_mutex_unlock(&stocks[kPairs - 1]);
}

int main(void) {
  make_pairs();
  const Part parts[] = {forward, hand_over_hand, forward, hand_over_hand};
  run_in_turn(4, parts);
  return 0;
}
