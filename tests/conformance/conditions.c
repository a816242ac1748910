// SPDX-License-Identifier: Apache-2.0
// What condition waits answer, that they give their mutex back and take it again, and how often they return.
#include "tests/conformance/observe.h"

static pthread_mutex_t m;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

// ---- answers

static void* try_mutex(void* unused) {
  OBSERVE_AND_UNDO(pthread_mutex_trylock(&m), pthread_mutex_unlock(&m));
  return unused;
}

static void wait_for_nothing(void) {
  OBSERVE(pthread_cond_timedwait(&changed, &m, &kPast));
  OBSERVE(pthread_cond_timedwait(&changed, &m, &kBefore1970));
  OBSERVE(pthread_cond_timedwait(&changed, &m, &kTooManyNs));
  OBSERVE(pthread_cond_timedwait(&changed, &m, &kNegativeNs));
  OBSERVE(pthread_cond_clockwait(&changed, &m, CLOCK_MONOTONIC, &kPast));
  OBSERVE(pthread_cond_clockwait(&changed, &m, CLOCK_MONOTONIC, &kTooManyNs));
  OBSERVE(pthread_cond_clockwait(&changed, &m, kNoClock, &kPast));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_cond_timedwait(&changed, &m, &soon));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_cond_clockwait(&changed, &m, CLOCK_REALTIME, &soon));
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, pthread_cond_clockwait(&changed, &m, CLOCK_MONOTONIC, &soon));
}

static void observe_answers(const char* name, int type, int protocol, bool robust) {
  printf("%s\n", name);
  pthread_mutexattr_t attributes;
  CHECK(pthread_mutexattr_init(&attributes) == 0);
  CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
  CHECK(pthread_mutexattr_setprotocol(&attributes, protocol) == 0);
  if (robust) CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  CHECK(pthread_mutex_init(&m, &attributes) == 0);
  if (type == PTHREAD_MUTEX_ERRORCHECK) {
    headline(" mutex not taken");
    OBSERVE(pthread_cond_wait(&changed, &m));
    OBSERVE(pthread_cond_timedwait(&changed, &m, &kPast));
    OBSERVE(pthread_cond_clockwait(&changed, &m, CLOCK_MONOTONIC, &kPast));
  }
  headline(" mutex taken");
  CHECK(pthread_mutex_lock(&m) == 0);
  wait_for_nothing();
  in_thread(try_mutex, NULL);
  if (type == PTHREAD_MUTEX_RECURSIVE) {
    headline(" mutex taken twice");
    CHECK(pthread_mutex_lock(&m) == 0);
    OBSERVE(pthread_cond_timedwait(&changed, &m, &kPast));
    OBSERVE(pthread_mutex_unlock(&m));
    in_thread(try_mutex, NULL);
  }
  OBSERVE(pthread_mutex_unlock(&m));
  in_thread(try_mutex, NULL);
  CHECK(pthread_mutex_destroy(&m) == 0);
}

static void observe_monotonic_attribute(void) {
  headline("condition with a clock of its own");
  pthread_condattr_t attributes;
  CHECK(pthread_condattr_init(&attributes) == 0);
  OBSERVE(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
  pthread_cond_t monotonic;
  CHECK(pthread_cond_init(&monotonic, &attributes) == 0);
  CHECK(pthread_mutex_init(&m, NULL) == 0);
  CHECK(pthread_mutex_lock(&m) == 0);
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, pthread_cond_timedwait(&monotonic, &m, &soon));
  CHECK(pthread_mutex_unlock(&m) == 0);
  OBSERVE(pthread_cond_destroy(&monotonic));
}

// ---- wake-ups: a waiter returns for a signal that is meant for it, and next to never (glibc may) without
// one

enum { kWaiters = 4, kRounds = 500 };
static int waiting;
static int granted;   // signals sent, not yet used up by a return
static int spurious;  // returns without one

static void wait_once(char how) {
  const struct timespec never = after_ms(how == 'c' ? CLOCK_MONOTONIC : CLOCK_REALTIME, 1000000);
  if (how == 'w') CHECK(pthread_cond_wait(&changed, &m) == 0);
  if (how == 't') CHECK(pthread_cond_timedwait(&changed, &m, &never) == 0);
  if (how == 'c') CHECK(pthread_cond_clockwait(&changed, &m, CLOCK_MONOTONIC, &never) == 0);
}

static void* wait_rounds(void* how) {
  for (int round = 0; round < kRounds; ++round) {
    CHECK(pthread_mutex_lock(&m) == 0);
    ++waiting;
    for (wait_once(*(const char*)how); granted == 0; wait_once(*(const char*)how)) ++spurious;
    --granted;
    CHECK(pthread_mutex_unlock(&m) == 0);
  }
  return NULL;
}

// Returns with the mutex, once so many wait and all signals are used up.
static void await_waiting(int count) {
  for (;; sched_yield()) {
    CHECK(pthread_mutex_lock(&m) == 0);
    if (waiting >= count && granted == 0) return;
    CHECK(pthread_mutex_unlock(&m) == 0);
  }
}

static void* signal_one_by_one(void* unused) {
  for (int i = 0; i < kWaiters * kRounds; ++i) {
    await_waiting(1);
    --waiting;
    ++granted;
    CHECK(pthread_cond_signal(&changed) == 0);
    CHECK(pthread_mutex_unlock(&m) == 0);
  }
  return unused;
}

static void* broadcast_rounds(void* unused) {
  for (int round = 0; round < kRounds; ++round) {
    await_waiting(kWaiters);
    waiting = 0;
    granted = kWaiters;
    CHECK(pthread_cond_broadcast(&changed) == 0);
    CHECK(pthread_mutex_unlock(&m) == 0);
  }
  return unused;
}

static void observe_wake_ups(const char* how, void* (*wake)(void*)) {
  pthread_t waiters[kWaiters];
  CHECK(pthread_mutex_init(&m, NULL) == 0);
  waiting = granted = spurious = 0;
  for (int i = 0; i < kWaiters; ++i) {
    CHECK(pthread_create(&waiters[i], NULL, wait_rounds, (void*)how) == 0);
  }
  in_thread(wake, NULL);
  for (int i = 0; i < kWaiters; ++i) CHECK(pthread_join(waiters[i], NULL) == 0);
  printf("  %s: %s\n", how, spurious < kRounds / 50 ? "as often as signalled" : "more often than signalled");
  CHECK(pthread_mutex_destroy(&m) == 0);
}

int main(void) {
  observe_answers("normal", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, false);
  observe_answers("recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, false);
  observe_answers("error-checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, false);
  observe_answers("error-checking robust", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, true);
  observe_answers("inheriting", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, false);
  observe_monotonic_attribute();
  headline("signals");
  observe_wake_ups("wait", signal_one_by_one);
  observe_wake_ups("timedwait", signal_one_by_one);
  observe_wake_ups("clockwait", signal_one_by_one);
  headline("broadcasts");
  observe_wake_ups("wait", broadcast_rounds);
  observe_wake_ups("timedwait", broadcast_rounds);
  observe_wake_ups("clockwait", broadcast_rounds);
  return 0;
}
