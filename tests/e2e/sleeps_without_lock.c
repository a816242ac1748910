// SPDX-License-Identifier: Apache-2.0
// The healthy twin of sleeps_with_lock.c: the lock is given back before, or the wait gives it back.
//
// args: nanosleep
// args: clock_nanosleep
// args: usleep
// args: sleep
// args: condition
// expect: silent
#include "tests/e2e/support.h"

#include <time.h>

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void rest(const char* how) {
  const struct timespec short_time = {0, 3000000};
  if (strcmp(how, "nanosleep") == 0) CHECK(nanosleep(&short_time, NULL) == 0);
  if (strcmp(how, "clock_nanosleep") == 0) CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &short_time, NULL) == 0);
  if (strcmp(how, "usleep") == 0) CHECK(usleep(3000) == 0);
  if (strcmp(how, "sleep") == 0) CHECK(sleep(1) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(pthread_mutex_lock(&state) == 0);
  if (strcmp(argv[1], "condition") == 0) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec -= 1;
    CHECK(pthread_cond_timedwait(&never, &state, &until) != 0);
  }
  CHECK(pthread_mutex_unlock(&state) == 0);
  rest(argv[1]);
  return 0;
}
