// SPDX-License-Identifier: Apache-2.0
// More chains than a thread's cache starts with, met between the starts and ends of other threads, whose
// slots and caches are reused. All in one order.
//
// expect: silent
#include "tests/e2e/support.h"

enum { kLocks = 512, kRounds = 4 };

static pthread_mutex_t locks[kLocks];

static void* nest_once(void* unused) {
  pthread_mutex_lock(&locks[0]);
  pthread_mutex_lock(&locks[kLocks - 1]);
  pthread_mutex_unlock(&locks[kLocks - 1]);
  pthread_mutex_unlock(&locks[0]);
  return unused;
}

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  for (int round = 0; round < kRounds; ++round) {
    pthread_t other;
    pthread_create(&other, NULL, nest_once, NULL);
    pthread_join(other, NULL);
    pthread_mutex_lock(&locks[round]);
    for (int i = round + 1; i < kLocks; ++i) {
      pthread_mutex_lock(&locks[i]);
      pthread_mutex_unlock(&locks[i]);
    }
    pthread_mutex_unlock(&locks[round]);
  }
  return 0;
}
