// SPDX-License-Identifier: Apache-2.0
//
// For programs that wait in a call: a helper thread that ends the wait, once the kernel says that the caller
// sleeps there and some time has gone by. The time is what makes the wait a long one; nothing depends on its
// being long enough.
#ifndef GORDIAN_TESTS_E2E_ASLEEP_H
#define GORDIAN_TESTS_E2E_ASLEEP_H

#include "tests/e2e/support.h"

#include <time.h>

static struct {
  pthread_t thread;
  pid_t sleeper;
  void (*act)(void);
} helper;

// Whatever the call is, a running thread has no number here.
static inline void await_any_call(pid_t tid) {
  char path[64];
  char text[32];
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
  do {
    sched_yield();
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0);
    const ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    CHECK(length > 0);
    text[length] = 0;
  } while (strncmp(text, "running", 7) == 0);
}

static void* end_wait(void* unused) {
  const struct timespec long_enough = {0, 15000000};
  await_any_call(helper.sleeper);
  nanosleep(&long_enough, NULL);
  helper.act();
  return unused;
}

// Before the caller goes to sleep: `act` will wake it.
static inline void wake_by(void (*act)(void)) {
  helper.sleeper = gettid();
  helper.act = act;
  CHECK(pthread_create(&helper.thread, NULL, end_wait, NULL) == 0);
}

static inline void helper_done(void) {
  CHECK(pthread_join(helper.thread, NULL) == 0);
}

static inline int is(const char* argument, const char* name) {
  return strcmp(argument, name) == 0;
}

#endif  // GORDIAN_TESTS_E2E_ASLEEP_H
