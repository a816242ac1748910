// SPDX-License-Identifier: Apache-2.0
// Two threads take two locks in opposite orders, at different times.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=alpha,beta functions=first,second modes=blocking
// stderr: lock-order-cycle
#include "tests/e2e/support.h"

static pthread_mutex_t alpha = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t beta = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&alpha);  // held: alpha
  pthread_mutex_lock(&beta);   // wanted: alpha
  pthread_mutex_unlock(&beta);
  pthread_mutex_unlock(&alpha);
}

static void second(void) {
  pthread_mutex_lock(&beta);   // held: beta
  pthread_mutex_lock(&alpha);  // wanted: beta
  pthread_mutex_unlock(&alpha);
  pthread_mutex_unlock(&beta);
}

int main(void) {
  const Part parts[] = {first, second};
  run_in_turn(2, parts);
  puts("done");
  return 0;
}
