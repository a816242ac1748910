// SPDX-License-Identifier: Apache-2.0
// 64 threads want two locks, one inside the other, a million times, and all but always have to wait. Nothing
// is ever reported.
//
// expect: silent
// stuck: 5
#include "tests/e2e/support.h"

enum { kThreads = 64, kRounds = 8000 };
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static long sum;

static void* work(void* unused) {
  for (int i = 0; i < kRounds; ++i) {
    pthread_mutex_lock(&outer);
    pthread_mutex_lock(&inner);
    ++sum;
    pthread_mutex_unlock(&inner);
    if (i % 8 == 0) sched_yield();  // with the outer one held, so that others come to wait
    pthread_mutex_unlock(&outer);
  }
  return unused;
}

int main(void) {
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(sum == (long)kThreads * kRounds);
  return 0;
}
