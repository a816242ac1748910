// SPDX-License-Identifier: Apache-2.0
// Whichever way a thread ends and is joined, it is over before the next begins.
//
// args: join
// args: tryjoin
// args: timedjoin
// args: clockjoin
// args: thrd_join
// args: thrd_exit
// expect: lock-order-cycle tier=ordered locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <errno.h>
#include <threads.h>
#include <time.h>

static void* go_forward(void* unused) {
  forward();
  pthread_exit(unused);
}

static void* go_backward(void* unused) {
  backward();
  return unused;
}

static int go_forward_in_c11(void* unused) {
  (void)unused;
  forward();
  return 3;
}

static int exit_forward_in_c11(void* unused) {
  (void)unused;
  forward();
  thrd_exit(3);
}

static void join_by(const char* call, pthread_t thread) {
  struct timespec until;
  clock_gettime(strcmp(call, "clockjoin") == 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &until);
  until.tv_sec += 30;
  if (strcmp(call, "join") == 0) {
    CHECK(pthread_join(thread, NULL) == 0);
  } else if (strcmp(call, "tryjoin") == 0) {
    int result;
    while ((result = pthread_tryjoin_np(thread, NULL)) == EBUSY) sched_yield();
    CHECK(result == 0);
  } else if (strcmp(call, "timedjoin") == 0) {
    CHECK(pthread_timedjoin_np(thread, NULL, &until) == 0);
  } else if (strcmp(call, "clockjoin") == 0) {
    CHECK(pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0);
  } else {
    int result;
    CHECK(thrd_join(thread, &result) == thrd_success && result == 3);
  }
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  pthread_t thread;
  if (strcmp(argv[1], "thrd_join") == 0) {
    CHECK(thrd_create(&thread, go_forward_in_c11, NULL) == thrd_success);
  } else if (strcmp(argv[1], "thrd_exit") == 0) {
    CHECK(thrd_create(&thread, exit_forward_in_c11, NULL) == thrd_success);
  } else {
    CHECK(pthread_create(&thread, NULL, go_forward, NULL) == 0);
  }
  join_by(argv[1], thread);
  CHECK(pthread_create(&thread, NULL, go_backward, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
