// SPDX-License-Identifier: Apache-2.0
// Locks of every kind destroyed while they are held, by the thread that has them and by another. glibc
// refuses mutexes only.
//
// expect: destroy-in-use tier=observed locks=1 names=own functions=take_own,end_own threads=main reason=EBUSY
// expect: destroy-in-use locks=1 names=mutex functions=take_mutex,end_mutex threads=taker,main reason=EBUSY
// expect: destroy-in-use locks=1 names=c11 functions=take_c11,end_c11 threads=taker,main reason=EBUSY
// expect: destroy-in-use locks=1 names=written functions=take_written,end_written threads=taker reason=taken
// expect: destroy-in-use locks=1 names=read_only functions=take_read,end_read threads=taker reason=taken
// expect: destroy-in-use locks=1 names=spin functions=take_spin,end_spin kinds=spinlock reason=taken
#include "tests/e2e/support.h"

#include <errno.h>
#include <threads.h>

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t c11;
static Step step;

#define ALONE static __attribute__((noinline)) void
ALONE take_own(void) {
  CHECK(pthread_mutex_lock(&own) == 0);
}
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
ALONE end_own(void) {
  CHECK(pthread_mutex_destroy(&own) == EBUSY);
}
ALONE end_mutex(void) {
  CHECK(pthread_mutex_destroy(&mutex) == EBUSY);
}
ALONE end_written(void) {
  CHECK(pthread_rwlock_destroy(&written) == 0);
}
ALONE end_read(void) {
  CHECK(pthread_rwlock_destroy(&read_only) == 0);
}
ALONE end_spin(void) {
  CHECK(pthread_spin_destroy(&spin) == 0);
}
ALONE end_c11(void) {
  mtx_destroy(&c11);
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
  mtx_unlock(&c11);
  pthread_spin_unlock(&spin);
  pthread_rwlock_unlock(&read_only);
  pthread_rwlock_unlock(&written);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&c11, mtx_plain);
  take_own();
  end_own();
  pthread_mutex_unlock(&own);
  pthread_t thread;
  pthread_create(&thread, NULL, take_all, NULL);
  await(&step, 1);
  end_mutex();
  end_written();
  end_read();
  end_spin();
  end_c11();
  advance(&step);
  pthread_join(thread, NULL);
  return 0;
}
