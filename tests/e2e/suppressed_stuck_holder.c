// SPDX-License-Identifier: Apache-2.0
//
// A holder that sits on its lock, as the user knows, is not told while the program runs either.
//
// suppress: lock: guard
// expect: silent
// stuck: 1
#include "tests/e2e/support.h"

#include <time.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static Step is_held;

static void* hold(void* unused) {
  pthread_mutex_lock(&guard);
  advance(&is_held);
  const struct timespec beyond_patience = {3, 0};
  nanosleep(&beyond_patience, NULL);
  pthread_mutex_unlock(&guard);
  return unused;
}

int main(void) {
  pthread_t holder;
  CHECK(pthread_create(&holder, NULL, hold, NULL) == 0);
  await(&is_held, 1);
  pthread_mutex_lock(&guard);
  pthread_mutex_unlock(&guard);
  CHECK(pthread_join(holder, NULL) == 0);
  return 0;
}
