// SPDX-License-Identifier: Apache-2.0
// A thread holds 300 locks at once. The other one inverts the first and the last, and only that pair can
// deadlock: any longer cycle needs the first thread twice.
//
// expect: same-class-nesting tier=plausible locks=2 names=locks[0],locks[299] functions=take_all,invert
#include "tests/e2e/support.h"

enum { kLocks = 300 };
static pthread_mutex_t locks[kLocks];

static void take_all(void) {
  pthread_mutex_lock(&locks[0]);  // held: up
  for (int i = 1; i < kLocks - 1; ++i) pthread_mutex_lock(&locks[i]);
  pthread_mutex_lock(&locks[kLocks - 1]);  // wanted: up
  for (int i = kLocks; i-- > 0;) pthread_mutex_unlock(&locks[i]);
}

static void invert(void) {
  pthread_mutex_lock(&locks[kLocks - 1]);  // held: down
  pthread_mutex_lock(&locks[0]);           // wanted: down
  pthread_mutex_unlock(&locks[0]);
  pthread_mutex_unlock(&locks[kLocks - 1]);
}

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  const Part parts[] = {take_all, invert};
  run_in_turn(2, parts);
  return 0;
}
