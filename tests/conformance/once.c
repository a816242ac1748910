// SPDX-License-Identifier: Apache-2.0
// pthread_once and call_once: once, all wait for it, and again when the initialiser is cancelled.
#include "tests/conformance/observe.h"

#include <threads.h>

enum { kThreads = 4 };
static pthread_once_t once;
static once_flag flag;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t inner_once = PTHREAD_ONCE_INIT;
static int initialised;
static int early;
static Step cancel_now;
static bool to_be_cancelled;

static void initialise_inner(void) {
  CHECK(pthread_mutex_lock(&m) == 0);
  ++initialised;
  CHECK(pthread_mutex_unlock(&m) == 0);
}

static void initialise(void) {
  for (int i = 0; i < 100; ++i) sched_yield();
  CHECK(pthread_mutex_lock(&m) == 0);
  ++initialised;
  CHECK(pthread_mutex_unlock(&m) == 0);
  CHECK(pthread_once(&inner_once, initialise_inner) == 0);
  if (to_be_cancelled) {
    to_be_cancelled = false;
    advance(&cancel_now);
    for (;;) pause();
  }
}

static void* use_once(void* unused) {
  CHECK(pthread_once(&once, initialise) == 0);
  if (__atomic_load_n(&initialised, __ATOMIC_RELAXED) == 0) __atomic_fetch_add(&early, 1, __ATOMIC_RELAXED);
  return unused;
}
static void* use_flag(void* unused) {
  call_once(&flag, initialise);
  if (__atomic_load_n(&initialised, __ATOMIC_RELAXED) == 0) __atomic_fetch_add(&early, 1, __ATOMIC_RELAXED);
  return unused;
}

static void reset(void) {
  once = (pthread_once_t)PTHREAD_ONCE_INIT;
  flag = (once_flag)ONCE_FLAG_INIT;
  initialised = early = cancel_now = 0;
}

static void use_by_all(void* (*use)(void*)) {
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, use, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("  initialised %d times, %d early\n", initialised, early);
}

static void observe_cancelled_initialiser(void* (*use)(void*)) {
  reset();
  to_be_cancelled = true;
  pthread_t thread;
  void* value;
  CHECK(pthread_create(&thread, NULL, use, NULL) == 0);
  await(&cancel_now, 1);
  Waiter waiter;
  begin_wait(&waiter, use, NULL, SYS_futex);
  CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, &value) == 0);
  printf("  %s\n", value == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
  end_wait(&waiter);
  use_by_all(use);
}

int main(void) {
  headline("pthread_once");
  reset();
  use_by_all(use_once);
  headline("call_once");
  reset();
  use_by_all(use_flag);
  headline("cancelled");
  observe_cancelled_initialiser(use_once);
  observe_cancelled_initialiser(use_flag);
  return 0;
}
