// SPDX-License-Identifier: Apache-2.0
// A read-write lock that one of the two sides writes is a gate.
//
// expect: lock-order-cycle tier=guarded locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static pthread_rwlock_t settings = PTHREAD_RWLOCK_INITIALIZER;

static void go_forward(void) {
  pthread_rwlock_rdlock(&settings);
  forward();
  pthread_rwlock_unlock(&settings);
}

static void go_backward(void) {
  pthread_rwlock_wrlock(&settings);
  backward();
  pthread_rwlock_unlock(&settings);
}

int main(void) {
  const Part parts[] = {go_forward, go_backward};
  run_in_turn(2, parts);
  return 0;
}
