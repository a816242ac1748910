// SPDX-License-Identifier: Apache-2.0
// Ordinary mutexes that were nested and destroyed leave nothing behind: after more of them than the table of
// process-shared mutexes holds, those are still recorded, and one of their inversions is found.
//
// expect: same-class-nesting tier=plausible locks=2 functions=forward,reverse
#include "tests/e2e/support.h"

enum { kMany = 70000 };

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t ordinary[kMany];
static pthread_mutex_t shared[2];
static Step step;

static void* forward(void* unused) {
  await(&step, 1);
  pthread_mutex_lock(&shared[0]);  // held: forward
  pthread_mutex_lock(&shared[1]);  // wanted: forward
  pthread_mutex_unlock(&shared[1]);
  pthread_mutex_unlock(&shared[0]);
  advance(&step);
  return unused;
}

static void* reverse(void* unused) {
  await(&step, 2);
  pthread_mutex_lock(&shared[1]);  // held: reverse
  pthread_mutex_lock(&shared[0]);  // wanted: reverse
  pthread_mutex_unlock(&shared[0]);
  pthread_mutex_unlock(&shared[1]);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, forward, NULL);
  pthread_create(&threads[1], NULL, reverse, NULL);
  for (int i = 0; i < kMany; ++i) {
    pthread_mutex_init(&ordinary[i], NULL);
    pthread_mutex_lock(&outer);
    pthread_mutex_lock(&ordinary[i]);
    pthread_mutex_unlock(&ordinary[i]);
    pthread_mutex_unlock(&outer);
    pthread_mutex_destroy(&ordinary[i]);
  }
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  for (int i = 0; i < 2; ++i) pthread_mutex_init(&shared[i], &attributes);
  advance(&step);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
