// SPDX-License-Identifier: Apache-2.0
// Both threads read their first lock and write their second: a writer waits for a reader, whoever else may
// read.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
// modes=blocking,blocking
#include "tests/e2e/support.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b = PTHREAD_RWLOCK_INITIALIZER;

static void forward(void) {
  pthread_rwlock_rdlock(&a);  // held: forward
  pthread_rwlock_wrlock(&b);  // wanted: forward
  pthread_rwlock_unlock(&b);
  pthread_rwlock_unlock(&a);
}

static void backward(void) {
  pthread_rwlock_rdlock(&b);  // held: backward
  pthread_rwlock_wrlock(&a);  // wanted: backward
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&b);
}

int main(void) {
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}
