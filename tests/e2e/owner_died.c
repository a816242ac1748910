// SPDX-License-Identifier: Apache-2.0
// EOWNERDEAD is an acquisition: the robust lock is held when the next one is taken.
//
// expect: lock-order-cycle tier=plausible locks=2 names=robust,next functions=recover,reverse
#include "tests/e2e/support.h"

#include <errno.h>

static pthread_mutex_t robust;
static pthread_mutex_t next = PTHREAD_MUTEX_INITIALIZER;

static void* die_holding(void* unused) {
  CHECK(pthread_mutex_lock(&robust) == 0);
  return unused;
}

static void recover(void) {
  CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);  // held: recover
  CHECK(pthread_mutex_consistent(&robust) == 0);
  pthread_mutex_lock(&next);  // wanted: recover
  pthread_mutex_unlock(&next);
  CHECK(pthread_mutex_unlock(&robust) == 0);
}

static void reverse(void) {
  pthread_mutex_lock(&next);                // held: reverse
  CHECK(pthread_mutex_lock(&robust) == 0);  // wanted: reverse
  pthread_mutex_unlock(&robust);
  pthread_mutex_unlock(&next);
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_t mortal;
  pthread_create(&mortal, NULL, die_holding, NULL);
  pthread_join(mortal, NULL);
  const Part parts[] = {recover, reverse};
  run_in_turn(2, parts);
  return 0;
}
