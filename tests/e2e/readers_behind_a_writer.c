// SPDX-License-Identifier: Apache-2.0
// Two threads that read-lock in opposite orders let each other pass, unless the locks prefer writers: then a
// reader waits behind a waiting writer, and both wait for ever as soon as each lock has one.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward,write_both
// message=writer
#include "tests/e2e/support.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t b = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void forward(void) {
  pthread_rwlock_rdlock(&a);  // held: forward
  pthread_rwlock_rdlock(&b);  // wanted: forward
  pthread_rwlock_unlock(&b);
  pthread_rwlock_unlock(&a);
}

static void backward(void) {
  pthread_rwlock_rdlock(&b);  // held: backward
  pthread_rwlock_rdlock(&a);  // wanted: backward
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&b);
}

static void write_both(void) {
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_wrlock(&b);
  pthread_rwlock_unlock(&b);
}

int main(void) {
  const Part parts[] = {forward, backward, write_both, write_both};
  run_in_turn(4, parts);
  return 0;
}
