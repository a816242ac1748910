// SPDX-License-Identifier: Apache-2.0
// A signal comes before the wait, which asks whether there is anything to wait for.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static Step signalled;
static int is_ready;

static void* wait_for_it(void* unused) {
  await(&signalled, 1);
  pthread_mutex_lock(&mutex);
  while (!is_ready) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, wait_for_it, NULL) == 0);
  pthread_mutex_lock(&mutex);
  is_ready = 1;
  pthread_mutex_unlock(&mutex);
  pthread_cond_signal(&condition);
  advance(&signalled);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
