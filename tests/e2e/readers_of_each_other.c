// SPDX-License-Identifier: Apache-2.0
// Two readers, each of whom also reads what the other reads: nobody waits.
//
// expect: silent
#include "tests/e2e/deadlock_pairs.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void take_first(int side) {
  pthread_rwlock_rdlock(side == 0 ? &a : &b);
}

static void take_second(int side) {
  pthread_rwlock_rdlock(side == 0 ? &b : &a);
  pthread_rwlock_unlock(side == 0 ? &b : &a);
  pthread_rwlock_unlock(side == 0 ? &a : &b);
}

int main(void) {
  run_pair();
  return 0;
}
