// SPDX-License-Identifier: Apache-2.0
// Of two locks, one is held longer and taken half as often. One acquisition in 1,024 is sampled, whether it
// is looked up or tried, so the one is found in 40 samples, more or less, and the other in 80. Nor does it
// matter to be taken again and again, which is remembered, or between those that are.
//
// expect: silent
// contention: rare waits=0 holds=30..50 held_us=8
// contention: frequent waits=0 holds=65..95
// contention: again waits=0 holds=55..80
// contention: between waits=0 holds=0..4
#include "tests/e2e/support.h"

#include <time.h>

static pthread_mutex_t rare = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t frequent = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t again = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t between = PTHREAD_MUTEX_INITIALIZER;

static void work(long nanoseconds) {
  struct timespec begun;
  struct timespec now;
  CHECK(clock_gettime(CLOCK_MONOTONIC, &begun) == 0);
  do {
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
  } while ((now.tv_sec - begun.tv_sec) * 1000000000L + now.tv_nsec - begun.tv_nsec < nanoseconds);
}

__attribute__((noinline)) static void take_rare(void) {
  CHECK(pthread_mutex_lock(&rare) == 0);
  work(10000);
  CHECK(pthread_mutex_unlock(&rare) == 0);
}

__attribute__((noinline)) static void take_frequent(int by_trial) {
  if (by_trial) {
    CHECK(pthread_mutex_trylock(&frequent) == 0);
  } else {
    CHECK(pthread_mutex_lock(&frequent) == 0);
  }
  CHECK(pthread_mutex_unlock(&frequent) == 0);
}

__attribute__((noinline)) static void take_again(void) {
  CHECK(pthread_mutex_lock(&again) == 0);
  CHECK(pthread_mutex_unlock(&again) == 0);
}

__attribute__((noinline)) static void take_runs(void) {
  for (int run = 0; run < 700; ++run) {
    for (int i = 0; i < 100; ++i) take_again();
    CHECK(pthread_mutex_lock(&between) == 0);
    CHECK(pthread_mutex_unlock(&between) == 0);
  }
}

int main(void) {
  take_runs();
  for (int i = 0; i < 40 * 1024; ++i) {
    if (i % 100 == 0) sched_yield();
    take_frequent(i % 3 == 0);
    take_frequent(0);
    take_rare();
  }
  return 0;
}
