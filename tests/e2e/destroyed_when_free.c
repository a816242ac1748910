// SPDX-License-Identifier: Apache-2.0
// The healthy twin of destroyed_while_held: locks of every kind destroyed when their last holder has released
// them, by that one or by another; and a robust mutex whose holder has died.
//
// expect: silent
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t robust;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t c11;

static void* use_all(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_rwlock_wrlock(&written);
  pthread_rwlock_rdlock(&read_only);
  pthread_spin_lock(&spin);
  mtx_lock(&c11);
  mtx_unlock(&c11);
  pthread_spin_unlock(&spin);
  pthread_rwlock_unlock(&read_only);
  pthread_rwlock_unlock(&written);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void* die_holding(void* unused) {
  pthread_mutex_lock(&robust);
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&c11, mtx_plain);
  pthread_t threads[3];
  pthread_create(&threads[0], NULL, use_all, NULL);
  pthread_create(&threads[1], NULL, use_all, NULL);
  pthread_create(&threads[2], NULL, die_holding, NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  pthread_rwlock_rdlock(&read_only);
  pthread_rwlock_unlock(&read_only);
  CHECK(pthread_mutex_destroy(&mutex) == 0);
  CHECK(pthread_mutex_destroy(&robust) == 0);
  CHECK(pthread_rwlock_destroy(&written) == 0);
  CHECK(pthread_rwlock_destroy(&read_only) == 0);
  CHECK(pthread_spin_destroy(&spin) == 0);
  mtx_destroy(&c11);
  return 0;
}
