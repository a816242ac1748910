// SPDX-License-Identifier: Apache-2.0
// The main thread returns with a lock held: a note, since no thread of the program is left to want it. What
// other threads hold at that moment is not told.
//
// expect: missing-unlock severity=note tier=observed locks=1 names=kept functions=take threads=main
#include "tests/e2e/support.h"

static pthread_mutex_t kept = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static Step holding;

static __attribute__((noinline)) void take(void) {
  pthread_mutex_lock(&kept);
}

static void* go_on(void* unused) {
  pthread_mutex_lock(&busy);
  advance(&holding);
  for (;;) pause();
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, go_on, NULL);
  await(&holding, 1);
  take();
  return 0;
}
