// SPDX-License-Identifier: Apache-2.0
// A signal comes before the wait, which does not ask whether there is anything to wait for.
//
// expect: lost-wakeup tier=actual functions=wait_blindly,main
// ended: deadlock
// live: waits for a condition that was signalled before, when nobody waited
#include "tests/e2e/support.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static Step signalled;

static void* wait_blindly(void* unused) {
  await(&signalled, 1);
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, wait_blindly, NULL) == 0);
  pthread_cond_signal(&condition);
  advance(&signalled);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
