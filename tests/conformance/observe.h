// SPDX-License-Identifier: Apache-2.0
//
// What the conformance programs share: printing what a call answers, in words that are the same in every run
// (no times, addresses or ids). Like tests/e2e/support.h, nothing in here takes a lock. Include it first.
#ifndef GORDIAN_TESTS_CONFORMANCE_OBSERVE_H
#define GORDIAN_TESTS_CONFORMANCE_OBSERVE_H

#include "tests/e2e/support.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

// So that a run that hangs tells where.
__attribute__((constructor)) static void print_by_line(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
}

enum { kUntouched = 4242 };  // no errno

// The number a call of the pthread kind returns, or what one of the other kind left in errno.
#define OBSERVE(call) observe(#call, (errno = kUntouched, (call)))

static inline const char* name_of(int error) {
  const char* name = strerrorname_np(error);
  return error == 0 || name == NULL ? "0" : name;
}

// The word for a result above 0; C11's codes are others.
static const char* (*name_of_result)(int) = strerrorname_np;

static inline int observe(const char* what, int result) {
  const int left = errno;
  const char* name = result > 0 ? name_of_result(result) : NULL;
  printf("  %s: ", what);
  name != NULL ? printf("%s", name) : printf("%d", result);
  left != kUntouched ? printf(", errno %s\n", name_of(left)) : printf("\n");
  return result;
}

// What a call takes, `undo` gives back.
#define OBSERVE_AND_UNDO(call, undo)       \
  do {                                     \
    if (OBSERVE(call) == 0) OBSERVE(undo); \
  } while (0)

static inline void headline(const char* text) {
  printf("%s\n", text);
}

// ---- time

static inline struct timespec after_ms(clockid_t clock, long ms) {
  struct timespec time;
  clock_gettime(clock, &time);
  time.tv_sec += ms / 1000;
  time.tv_nsec += ms % 1000 * 1000000;
  time.tv_sec += time.tv_nsec / 1000000000;
  time.tv_nsec %= 1000000000;
  return time;
}

static inline bool is_past(clockid_t clock, struct timespec time) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec > time.tv_sec || (now.tv_sec == time.tv_sec && now.tv_nsec >= time.tv_nsec);
}

// A call with a time limit, of which nothing but the limit can be the end. `until` is the limit's name in it.
#define OBSERVE_TIMEOUT(clock, until, call)                          \
  do {                                                               \
    const struct timespec until = after_ms(clock, 30);               \
    OBSERVE(call);                                                   \
    const struct timespec late = {until.tv_sec + 15, until.tv_nsec}; \
    printf("    %s\n", !is_past(clock, until) ? "before its time"    \
                       : is_past(clock, late) ? "far too late"       \
                                              : "in its time");      \
  } while (0)

// Limits to give to calls that do not wait for them.
static const struct timespec kPast = {1, 0};
static const struct timespec kTooManyNs = {1, 1000000000};
static const struct timespec kNegativeNs = {1, -1};
static const struct timespec kBefore1970 = {-1, 0};
static const clockid_t kNoClock = CLOCK_PROCESS_CPUTIME_ID;

// ---- other threads

// `body` to its end in a thread of its own.
static inline void* in_thread(void* (*body)(void*), void* argument) {
  pthread_t thread;
  void* result = NULL;
  CHECK(pthread_create(&thread, NULL, body, argument) == 0);
  CHECK(pthread_join(thread, &result) == 0);
  return result;
}

// A thread that announces itself and then waits in a system call for something that only others can end.
typedef struct {
  pthread_t thread;
  void* (*body)(void*);
  void* argument;
  pid_t tid;
  Step started;
} Waiter;

static inline void* start_waiter(void* waiter) {
  Waiter* self = (Waiter*)waiter;
  self->tid = gettid();
  advance(&self->started);
  return self->body(self->argument);
}

static inline void begin_wait(Waiter* waiter, void* (*body)(void*), void* argument, long system_call) {
  waiter->body = body;
  waiter->argument = argument;
  waiter->started = 0;
  CHECK(pthread_create(&waiter->thread, NULL, start_waiter, waiter) == 0);
  await(&waiter->started, 1);
  await_system_call(waiter->tid, system_call);
}

static inline void* end_wait(Waiter* waiter) {
  void* result = NULL;
  CHECK(pthread_join(waiter->thread, &result) == 0);
  return result;
}

#endif  // GORDIAN_TESTS_CONFORMANCE_OBSERVE_H
