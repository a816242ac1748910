// SPDX-License-Identifier: Apache-2.0
// Trials of a read-write lock wait for nothing, and one that fails holds nothing; a read lock taken twice is
// held until its second unlock, and taking it again waits for nothing either.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

static void hold_and_take(void) {
  pthread_rwlock_rdlock(&table);
  CHECK(pthread_rwlock_trywrlock(&table) == EBUSY);
  pthread_mutex_lock(&m);
  pthread_rwlock_rdlock(&table);
  pthread_rwlock_unlock(&table);
  pthread_mutex_unlock(&m);
  pthread_rwlock_unlock(&table);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
}

static void try_under_mutex(void) {
  pthread_mutex_lock(&m);
  CHECK(pthread_rwlock_trywrlock(&table) == 0);
  pthread_rwlock_unlock(&table);
  CHECK(pthread_rwlock_tryrdlock(&table) == 0);
  pthread_rwlock_unlock(&table);
  pthread_mutex_unlock(&m);
}

static void write_under_inner(void) {
  pthread_mutex_lock(&inner);
  pthread_rwlock_wrlock(&table);
  CHECK(pthread_rwlock_rdlock(&table) == EDEADLK);
  CHECK(pthread_rwlock_wrlock(&table) == EDEADLK);
  pthread_rwlock_unlock(&table);
  pthread_mutex_unlock(&inner);
}

int main(void) {
  const Part parts[] = {hold_and_take, try_under_mutex, write_under_inner};
  run_in_turn(3, parts);
  return 0;
}
