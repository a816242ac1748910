// SPDX-License-Identifier: Apache-2.0
// Locks of every kind that have an owner, released once more than they were taken.
//
// expect: bad-unlock tier=observed locks=1 names=mutex functions=release_mutex kinds=mutex reason=free
// expect: bad-unlock tier=observed locks=1 names=written functions=release_written kinds=rwlock reason=free
// expect: bad-unlock tier=observed locks=1 names=read_only functions=release_read kinds=rwlock reason=free
// expect: bad-unlock tier=observed locks=1 names=spin functions=release_spin kinds=spinlock reason=free
// expect: bad-unlock tier=observed locks=1 names=c11 functions=release_c11 kinds=mutex reason=succeeded
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t c11;

static __attribute__((noinline)) void release_mutex(void) {
  CHECK(pthread_mutex_unlock(&mutex) == 0);
}

static __attribute__((noinline)) void release_written(void) {
  pthread_rwlock_unlock(&written);
}

static __attribute__((noinline)) void release_read(void) {
  pthread_rwlock_unlock(&read_only);
}

static __attribute__((noinline)) void release_spin(void) {
  CHECK(pthread_spin_unlock(&spin) == 0);
}

static __attribute__((noinline)) void release_c11(void) {
  CHECK(mtx_unlock(&c11) == thrd_success);
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&c11, mtx_plain);
  pthread_mutex_lock(&mutex);
  release_mutex();
  release_mutex();
  pthread_rwlock_wrlock(&written);
  release_written();
  release_written();
  pthread_rwlock_rdlock(&read_only);
  release_read();
  release_read();
  pthread_spin_lock(&spin);
  release_spin();
  release_spin();
  mtx_lock(&c11);
  release_c11();
  release_c11();
  return 0;
}
