// SPDX-License-Identifier: Apache-2.0
// Every way to take a read-write lock: a writer that waits for a reader, who waits for the writer's mutex,
// closes a cycle; whoever took the lock.
//
// args: blocking
// args: timed
// args: clock
// args: tried
// args: shared
// expect: lock-order-cycle tier=plausible locks=2 names=table,m functions=read_first,write_last
#include "tests/e2e/support.h"

#include <time.h>

static pthread_rwlock_t table;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static const char* way;

static struct timespec in_30_seconds(clockid_t clock) {
  struct timespec until;
  clock_gettime(clock, &until);
  until.tv_sec += 30;
  return until;
}

static void lock_for_reading(void) {
  const struct timespec until = in_30_seconds(CLOCK_REALTIME);
  const struct timespec by_clock = in_30_seconds(CLOCK_MONOTONIC);
  if (strcmp(way, "timed") == 0) {
    CHECK(pthread_rwlock_timedrdlock(&table, &until) == 0);
  } else if (strcmp(way, "clock") == 0) {
    CHECK(pthread_rwlock_clockrdlock(&table, CLOCK_MONOTONIC, &by_clock) == 0);
  } else if (strcmp(way, "tried") == 0) {
    CHECK(pthread_rwlock_tryrdlock(&table) == 0);
  } else {
    CHECK(pthread_rwlock_rdlock(&table) == 0);
  }
}

static void lock_for_writing(void) {
  const struct timespec until = in_30_seconds(CLOCK_REALTIME);
  const struct timespec by_clock = in_30_seconds(CLOCK_MONOTONIC);
  if (strcmp(way, "timed") == 0) {
    CHECK(pthread_rwlock_timedwrlock(&table, &until) == 0);
  } else if (strcmp(way, "clock") == 0) {
    CHECK(pthread_rwlock_clockwrlock(&table, CLOCK_MONOTONIC, &by_clock) == 0);
  } else {
    CHECK(pthread_rwlock_wrlock(&table) == 0);
  }
}

static void read_first(void) {
  lock_for_reading();
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  CHECK(pthread_rwlock_unlock(&table) == 0);
}

static void write_last(void) {
  pthread_mutex_lock(&m);
  lock_for_writing();
  CHECK(pthread_rwlock_unlock(&table) == 0);
  pthread_mutex_unlock(&m);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  way = argv[1];
  pthread_rwlockattr_t attributes;
  CHECK(pthread_rwlockattr_init(&attributes) == 0);
  if (strcmp(way, "shared") == 0)
    CHECK(pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
  CHECK(pthread_rwlock_init(&table, &attributes) == 0);
  const Part parts[] = {read_first, write_last};
  run_in_turn(2, parts);
  CHECK(pthread_rwlock_destroy(&table) == 0);
  return 0;
}
