// SPDX-License-Identifier: Apache-2.0
// Every way to sleep, with a lock held.
//
// args: nanosleep
// args: clock_nanosleep
// args: usleep
// args: sleep
// expect: lock-held-across-io severity=warning tier=observed locks=1 names=state functions=hold,rest
// message=sleeps
#include "tests/e2e/support.h"

#include <time.h>

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void rest(const char* how) {
  const struct timespec short_time = {0, 3000000};
  if (strcmp(how, "nanosleep") == 0) CHECK(nanosleep(&short_time, NULL) == 0);
  if (strcmp(how, "clock_nanosleep") == 0) CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &short_time, NULL) == 0);
  if (strcmp(how, "usleep") == 0) CHECK(usleep(3000) == 0);
  if (strcmp(how, "sleep") == 0) CHECK(sleep(1) == 0);
}

__attribute__((noinline)) static void hold(const char* how) {
  CHECK(pthread_mutex_lock(&state) == 0);
  rest(how);
  CHECK(pthread_mutex_unlock(&state) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  hold(argv[1]);
  return 0;
}
