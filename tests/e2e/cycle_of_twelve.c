// SPDX-License-Identifier: Apache-2.0
// expect: same-class-nesting tier=plausible locks=12 names=ring[0],ring[7],ring[11] functions=work
#include "tests/e2e/support.h"

enum { kLocks = 12 };
static pthread_mutex_t ring[kLocks];

static void work(int number) {
  pthread_mutex_lock(&ring[number]);                 // held: ring
  pthread_mutex_lock(&ring[(number + 1) % kLocks]);  // wanted: ring
  pthread_mutex_unlock(&ring[(number + 1) % kLocks]);
  pthread_mutex_unlock(&ring[number]);
}

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&ring[i], NULL);
  run_numbered_in_turn(kLocks, work);
  for (int i = 0; i < kLocks; ++i) pthread_mutex_destroy(&ring[i]);
  return 0;
}
