// SPDX-License-Identifier: Apache-2.0
// Two threads that spin for what the other has: both are busy, and get nowhere.
//
// expect: deadlock tier=actual locks=2 names=spins functions=take_first,take_second kinds=spinlock
// ended: deadlock
// live: error: deadlock:
#include "tests/e2e/deadlock_pairs.h"

static pthread_spinlock_t spins[2];

static void take_first(int side) {
  pthread_spin_lock(&spins[side]);
}

static void take_second(int side) {
  pthread_spin_lock(&spins[1 - side]);
}

int main(void) {
  for (int i = 0; i < 2; ++i) pthread_spin_init(&spins[i], 0);
  run_pair();
  return 0;
}
