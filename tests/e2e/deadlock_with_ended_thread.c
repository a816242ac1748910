// SPDX-License-Identifier: Apache-2.0
// A thread ends with a lock held. Who wants it after that waits for ever.
//
// expect: deadlock tier=actual locks=1 names=kept functions=take_and_go,want
// expect: missing-unlock functions=take_and_go
// ended: deadlock
// live: held by a thread that is not there any more
#include "tests/e2e/support.h"

static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER;

static void* take_and_go(void* unused) {
  pthread_mutex_lock(&kept);
  return unused;
}

static void want(void) {
  pthread_mutex_lock(&kept);
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, take_and_go, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  want();
  return 0;
}
