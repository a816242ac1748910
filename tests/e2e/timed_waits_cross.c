// SPDX-License-Identifier: Apache-2.0
// Two threads want what the other has, but not for ever: they give up, and go on. That is no deadlock, though
// it could be seen as one for a while; it is predicted as a cycle.
//
// expect: same-class-nesting tier=plausible locks=2 modes=timed
#include "tests/e2e/deadlock_pairs.h"

#include <time.h>

static pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static Step both_gave_up;

static void take_first(int side) {
  pthread_mutex_lock(&locks[side]);
}

static void take_second(int side) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1;
  CHECK(pthread_mutex_timedlock(&locks[1 - side], &until) != 0);
  advance(&both_gave_up);
  await(&both_gave_up, 2);
  pthread_mutex_unlock(&locks[side]);
}

int main(void) {
  run_pair();
  return 0;
}
