// SPDX-License-Identifier: Apache-2.0
// Locks that glibc releases whoever asks, taken by one thread and released by another that has none of them.
//
// expect: bad-unlock tier=observed locks=1 names=mutex functions=take_mutex,release_mutex threads=taker,main
// expect: bad-unlock locks=1 names=written functions=take_written,release_written reason=other
// expect: bad-unlock locks=1 names=read_only functions=take_read,release_read reason=other
// expect: bad-unlock locks=1 names=spin functions=take_spin,release_spin kinds=spinlock reason=other
// expect: bad-unlock locks=1 names=c11 functions=take_c11,release_c11 reason=other
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t c11;
static Step step;

#define ALONE static __attribute__((noinline)) void
ALONE take_mutex(void) {
  CHECK(pthread_mutex_lock(&mutex) == 0);
}
ALONE take_written(void) {
  CHECK(pthread_rwlock_wrlock(&written) == 0);
}
ALONE take_read(void) {
  CHECK(pthread_rwlock_rdlock(&read_only) == 0);
}
ALONE take_spin(void) {
  CHECK(pthread_spin_lock(&spin) == 0);
}
ALONE take_c11(void) {
  CHECK(mtx_lock(&c11) == thrd_success);
}
ALONE release_mutex(void) {
  CHECK(pthread_mutex_unlock(&mutex) == 0);
}
ALONE release_written(void) {
  CHECK(pthread_rwlock_unlock(&written) == 0);
}
ALONE release_read(void) {
  CHECK(pthread_rwlock_unlock(&read_only) == 0);
}
ALONE release_spin(void) {
  CHECK(pthread_spin_unlock(&spin) == 0);
}
ALONE release_c11(void) {
  CHECK(mtx_unlock(&c11) == thrd_success);
}

static void* take_all(void* unused) {
  pthread_setname_np(pthread_self(), "taker");
  take_mutex();
  take_written();
  take_read();
  take_spin();
  take_c11();
  advance(&step);
  await(&step, 2);
  return unused;
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&c11, mtx_plain);
  pthread_t thread;
  pthread_create(&thread, NULL, take_all, NULL);
  await(&step, 1);
  release_mutex();
  release_written();
  release_read();
  release_spin();
  release_c11();
  advance(&step);
  pthread_join(thread, NULL);
  return 0;
}
