// SPDX-License-Identifier: Apache-2.0
// A detached thread is never joined. When it has ended, glibc gives its handle to another: joining that one
// orders nothing for the first.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static pthread_t detached;
static pid_t detached_tid;
static Step done;

static void* go_forward(void* unused) {
  detached_tid = gettid();
  detached = pthread_self();
  forward();
  advance(&done);
  return unused;
}

static void* do_nothing(void* unused) {
  return unused;
}

static void* go_backward(void* unused) {
  backward();
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  CHECK(pthread_create(&thread, &attributes, go_forward, NULL) == 0);
  await(&done, 1);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d", detached_tid);
  while (access(path, F_OK) == 0) sched_yield();
  // Another with the same handle, after which the third begins.
  CHECK(pthread_create(&thread, NULL, do_nothing, NULL) == 0);
  CHECK(thread == detached);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(pthread_create(&thread, NULL, go_backward, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
