// SPDX-License-Identifier: Apache-2.0
// Threads pass one mutex on by every way of taking it, contended and not. None of them meets another inside,
// and the mutex looks as glibc leaves it, whoever took and released it: ours in place, glibc when somebody
// waits.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <time.h>

enum { kThreads = 4, kRounds = 10, kTimes = 100000, kPatience = 100 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_arrived = PTHREAD_COND_INITIALIZER;
static long counter;
static int arrived;
static const struct timespec long_ago = {1, 0};
static struct timespec far_away;

// volatile: the compiler knows a mutex by its functions only.
static void check_held(pid_t self) {
  const volatile pthread_mutex_t* seen = &mutex;
  CHECK(seen->__data.__lock != 0);
  CHECK(seen->__data.__owner == self);
  CHECK(seen->__data.__nusers != 0);
}

static void check_free(void) {
  CHECK(mutex.__data.__lock == 0);
  CHECK(mutex.__data.__owner == 0);
  CHECK(mutex.__data.__nusers == 0);
}

static void take(int way) {
  if (way == 0) CHECK(pthread_mutex_lock(&mutex) == 0);
  if (way == 1) CHECK(pthread_mutex_timedlock(&mutex, &far_away) == 0);
  if (way > 1) {
    int result;
    for (int i = 0; (result = pthread_mutex_trylock(&mutex)) != 0; ++i) {
      CHECK(result == EBUSY);
      if (i >= kPatience) sched_yield();
    }
  }
}

// Other threads' turns would come between the load and the store, if the mutex did not keep them out.
static void count_up(pid_t self) {
  check_held(self);
  const long before = *(volatile long*)&counter;
  if (before % 1024 == 0) sched_yield();
  *(volatile long*)&counter = before + 1;
  check_held(self);
}

// Returns when all threads have come here `round` times: those that wait have the mutex taken again for them.
static void meet(int round, pid_t self) {
  CHECK(pthread_mutex_lock(&mutex) == 0);
  if (++arrived == kThreads * round) CHECK(pthread_cond_broadcast(&all_arrived) == 0);
  while (arrived < kThreads * round) CHECK(pthread_cond_wait(&all_arrived, &mutex) == 0);
  count_up(self);
  CHECK(pthread_mutex_unlock(&mutex) == 0);
}

// Every other round is for two threads only: if one of them is not woken, no third one makes up for it.
static void* hammer(void* first_two) {
  const pid_t self = gettid();
  for (int round = 1; round <= kRounds; ++round) {
    const int times = round % 2 == 0 || first_two != NULL ? kTimes : 0;
    for (int i = 0; i < times; ++i) {
      take(i % 4);
      count_up(self);
      if (i % 256 == 0) {
        CHECK(pthread_cond_timedwait(&all_arrived, &mutex, &long_ago) == ETIMEDOUT);
        check_held(self);
      }
      CHECK(pthread_mutex_unlock(&mutex) == 0);
    }
    meet(round, self);
  }
  return NULL;
}

// The same with nobody else there.
static void alone(void) {
  for (int i = 0; i < kTimes; ++i) {
    take(i % 4);
    count_up(gettid());
    CHECK(pthread_mutex_unlock(&mutex) == 0);
    check_free();
  }
}

int main(void) {
  pthread_t threads[kThreads];
  far_away.tv_sec = time(NULL) + 3600;
  alone();
  for (int i = 0; i < kThreads; ++i)
    CHECK(pthread_create(&threads[i], NULL, hammer, i < 2 ? &mutex : NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  check_free();
  alone();
  CHECK(counter == 2 * kTimes + (2 + kThreads) * kRounds / 2 * kTimes + kThreads * kRounds);
  CHECK(pthread_mutex_destroy(&mutex) == 0);
  puts("done");
  return 0;
}
