// SPDX-License-Identifier: Apache-2.0
// A condition wait that returns EOWNERDEAD has its mutex; one that returns ENOTRECOVERABLE has not, and
// neither has a lock that does.
//
// expect: lock-order-cycle tier=plausible locks=2 names=robust,next functions=wait_for_dying,reverse
#include "tests/e2e/support.h"

#include <errno.h>

static pthread_mutex_t robust;
static pthread_mutex_t lost;
static pthread_mutex_t next = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static Step step;

static void* die_holding_both(void* unused) {
  await(&step, 1);
  CHECK(pthread_mutex_lock(&robust) == 0);
  CHECK(pthread_mutex_lock(&lost) == 0);
  pthread_cond_signal(&changed);
  return unused;
}

static void wait_for_dying(void) {
  CHECK(pthread_mutex_lock(&robust) == 0);
  advance(&step);
  CHECK(pthread_cond_wait(&changed, &robust) == EOWNERDEAD);  // held: recovered
  CHECK(pthread_mutex_consistent(&robust) == 0);
  pthread_mutex_lock(&next);  // wanted: recovered
  pthread_mutex_unlock(&next);
  CHECK(pthread_mutex_unlock(&robust) == 0);
}

static void lose(void) {
  const struct timespec past = {1, 0};
  CHECK(pthread_mutex_lock(&lost) == EOWNERDEAD);
  CHECK(pthread_cond_timedwait(&changed, &lost, &past) == ENOTRECOVERABLE);
  pthread_mutex_lock(&next);
  pthread_mutex_unlock(&next);
  CHECK(pthread_mutex_lock(&lost) == ENOTRECOVERABLE);
  pthread_mutex_lock(&next);
  pthread_mutex_unlock(&next);
}

static void reverse(void) {
  pthread_mutex_lock(&next);                // held: reverse
  CHECK(pthread_mutex_lock(&robust) == 0);  // wanted: reverse
  pthread_mutex_unlock(&robust);
  CHECK(pthread_mutex_lock(&lost) == ENOTRECOVERABLE);
  pthread_mutex_unlock(&next);
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_mutex_init(&lost, &attributes);
  pthread_t mortal;
  pthread_create(&mortal, NULL, die_holding_both, NULL);
  const Part parts[] = {wait_for_dying, lose, reverse};
  run_in_turn(3, parts);
  pthread_join(mortal, NULL);
  return 0;
}
