// SPDX-License-Identifier: Apache-2.0
// A thread waits for a lock of one that waits for its end.
//
// expect: deadlock tier=actual names=guard functions=work,stop threads=worker
// expect: wait-while-holding severity=warning
// ended: deadlock
// live: which main thread holds
// live: waits for the end of worker
#include "tests/e2e/support.h"

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static Step held;

static void* work(void* unused) {
  pthread_setname_np(pthread_self(), "worker");
  await(&held, 1);
  pthread_mutex_lock(&guard);
  pthread_mutex_unlock(&guard);
  return unused;
}

static void stop(pthread_t thread) {
  pthread_mutex_lock(&guard);
  advance(&held);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&guard);
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
  stop(thread);
  return 0;
}
