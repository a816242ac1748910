// SPDX-License-Identifier: Apache-2.0
// Threads that end with locks held: by returning, by pthread_exit, by cancellation with no handler, and with
// a destructor that takes one and keeps it.
//
// expect: missing-unlock tier=observed locks=1 names=mutex functions=return_holding threads=forgetful
// expect: missing-unlock locks=1 names=written functions=exit_holding kinds=rwlock reason=last
// expect: missing-unlock locks=1 names=read_only functions=be_cancelled kinds=rwlock
// expect: missing-unlock locks=1 names=spin functions=take_at_end kinds=spinlock
// expect: missing-unlock locks=1 names=c11 functions=end_c11
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t read_only = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_key_t key;
static mtx_t c11;
static Step holding;

static void* return_holding(void* unused) {
  pthread_setname_np(pthread_self(), "forgetful");
  pthread_mutex_lock(&mutex);
  return unused;
}

static void* exit_holding(void* unused) {
  pthread_rwlock_wrlock(&written);
  pthread_exit(unused);
}

static void* be_cancelled(void* unused) {
  pthread_rwlock_rdlock(&read_only);
  advance(&holding);
  for (;;) pause();
  return unused;
}

static void take_at_end(void* unused) {
  (void)unused;
  pthread_spin_lock(&spin);
}

static void* leave_a_destructor(void* unused) {
  pthread_setspecific(key, &key);
  return unused;
}

static int end_c11(void* unused) {
  (void)unused;
  mtx_lock(&c11);
  thrd_exit(0);
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_key_create(&key, take_at_end);
  mtx_init(&c11, mtx_plain);
  void* (*const bodies[])(void*) = {return_holding, exit_holding, be_cancelled, leave_a_destructor};
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, bodies[i], NULL);
  await(&holding, 1);
  pthread_cancel(threads[2]);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  thrd_t last;
  thrd_create(&last, end_c11, NULL);
  thrd_join(last, NULL);
  return 0;
}
