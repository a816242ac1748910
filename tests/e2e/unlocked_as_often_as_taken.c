// SPDX-License-Identifier: Apache-2.0
// The healthy twin of unlocked_twice: every lock is released by who took it, as often as it was taken, the
// recursive ones and the read lock re-entered, out of order too, and by several readers at once.
//
// expect: silent
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t c11;
static Step readers;

static void* read_together(void* unused) {
  pthread_rwlock_rdlock(&rwlock);
  advance(&readers);
  await(&readers, 2);
  pthread_rwlock_rdlock(&rwlock);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  return unused;
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&c11, mtx_plain | mtx_recursive);
  pthread_mutex_lock(&mutex);
  pthread_spin_lock(&spin);
  CHECK(pthread_mutex_unlock(&mutex) == 0);
  CHECK(pthread_spin_unlock(&spin) == 0);
  for (int i = 0; i < 3; ++i) pthread_mutex_lock(&recursive);
  for (int i = 0; i < 3; ++i) CHECK(pthread_mutex_unlock(&recursive) == 0);
  for (int i = 0; i < 2; ++i) mtx_lock(&c11);
  for (int i = 0; i < 2; ++i) CHECK(mtx_unlock(&c11) == thrd_success);
  CHECK(pthread_mutex_trylock(&mutex) == 0);
  CHECK(pthread_mutex_unlock(&mutex) == 0);
  pthread_rwlock_wrlock(&rwlock);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, read_together, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
