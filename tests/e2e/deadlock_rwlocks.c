// SPDX-License-Identifier: Apache-2.0
// Two readers, each of whom wants to write what the other reads.
//
// expect: deadlock tier=actual locks=2 names=a,b functions=take_first,take_second kinds=rwlock
// ended: deadlock
// live: error: deadlock:
#include "tests/e2e/deadlock_pairs.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void take_first(int side) {
  pthread_rwlock_rdlock(side == 0 ? &a : &b);
}

static void take_second(int side) {
  pthread_rwlock_wrlock(side == 0 ? &b : &a);
}

int main(void) {
  run_pair();
  return 0;
}
