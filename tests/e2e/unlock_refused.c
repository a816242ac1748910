// SPDX-License-Identifier: Apache-2.0
// Mutexes that look who unlocks them refuse another thread, whose lock they stay: the order that it follows
// afterwards, with the lock still held, is seen.
//
// expect: bad-unlock locks=1 names=checked functions=take_checked,meddle threads=meddler,main reason=stayed
// expect: bad-unlock locks=1 names=recursive functions=take_recursive,meddle reason=stayed
// expect: bad-unlock locks=1 names=robust functions=take_robust,meddle reason=stayed
// expect: bad-unlock locks=1 names=inheriting functions=take_inheriting,meddle reason=stayed
// expect: lock-order-cycle tier=single-thread locks=2 names=checked,inside
#include "tests/e2e/support.h"

#include <errno.h>

static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t robust;
static pthread_mutex_t inheriting;
static pthread_mutex_t inside = PTHREAD_MUTEX_INITIALIZER;
static Step step;

static __attribute__((noinline)) void take_checked(void) {
  CHECK(pthread_mutex_lock(&checked) == 0);
}
static __attribute__((noinline)) void take_recursive(void) {
  CHECK(pthread_mutex_lock(&recursive) == 0);
}
static __attribute__((noinline)) void take_robust(void) {
  CHECK(pthread_mutex_lock(&robust) == 0);
}
static __attribute__((noinline)) void take_inheriting(void) {
  CHECK(pthread_mutex_lock(&inheriting) == 0);
}

static void* meddle(void* unused) {
  pthread_setname_np(pthread_self(), "meddler");
  await(&step, 1);
  CHECK(pthread_mutex_unlock(&checked) == EPERM);
  CHECK(pthread_mutex_unlock(&recursive) == EPERM);
  CHECK(pthread_mutex_unlock(&robust) == EPERM);
  CHECK(pthread_mutex_unlock(&inheriting) == EPERM);
  advance(&step);
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  pthread_mutex_init(&inheriting, &attributes);
  pthread_t thread;
  pthread_create(&thread, NULL, meddle, NULL);
  take_checked();
  take_recursive();
  take_robust();
  take_inheriting();
  advance(&step);
  await(&step, 2);
  CHECK(pthread_mutex_unlock(&inheriting) == 0);
  CHECK(pthread_mutex_unlock(&robust) == 0);
  CHECK(pthread_mutex_unlock(&recursive) == 0);
  pthread_mutex_lock(&inside);
  pthread_mutex_unlock(&inside);
  CHECK(pthread_mutex_unlock(&checked) == 0);
  pthread_mutex_lock(&inside);
  pthread_mutex_lock(&checked);
  CHECK(pthread_mutex_unlock(&checked) == 0);
  pthread_mutex_unlock(&inside);
  pthread_join(thread, NULL);
  return 0;
}
