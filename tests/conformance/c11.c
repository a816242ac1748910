// SPDX-License-Identifier: Apache-2.0
// What the C11 functions answer: mutexes of all types, conditions, threads, once, thread-specific storage.
#include "tests/conformance/observe.h"

#include <threads.h>

static mtx_t m;
static cnd_t changed;

static const char* name_of_code(int code) {
  static const char* const names[] = {"success", "busy", "error", "nomem", "timedout"};
  CHECK(thrd_busy == 1 && thrd_error == 2 && thrd_nomem == 3 && thrd_timedout == 4 && code <= 4);
  return names[code];
}

static int try_from_outside(void* unused) {
  (void)unused;
  OBSERVE_AND_UNDO(mtx_trylock(&m), mtx_unlock(&m));
  return 0;
}

static int wait_in_vain(void* unused) {
  (void)unused;
  OBSERVE(mtx_timedlock(&m, &kPast));
  OBSERVE(mtx_timedlock(&m, &kTooManyNs));
  OBSERVE(mtx_timedlock(&m, &kNegativeNs));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, mtx_timedlock(&m, &soon));
  return 0;
}

static Step started;
static pid_t waiter_tid;
static void announce_wait(void) {
  waiter_tid = gettid();
  advance(&started);
}
static void await_wait(void) {
  await(&started, 1);
  await_system_call(waiter_tid, SYS_futex);
  started = 0;
}

static int lock_once(void* unused) {
  (void)unused;
  announce_wait();
  CHECK(mtx_lock(&m) == thrd_success);
  CHECK(mtx_unlock(&m) == thrd_success);
  return 7;
}

static int in_c11_thread(thrd_start_t body) {
  thrd_t thread;
  int result = 99;
  CHECK(thrd_create(&thread, body, NULL) == thrd_success);
  OBSERVE(thrd_join(thread, &result));
  return result;
}

static void observe_type(const char* name, int type) {
  printf("%s\n", name);
  OBSERVE(mtx_init(&m, type));
  headline(" free");
  OBSERVE_AND_UNDO(mtx_lock(&m), mtx_unlock(&m));
  OBSERVE_AND_UNDO(mtx_trylock(&m), mtx_unlock(&m));
  OBSERVE_AND_UNDO(mtx_timedlock(&m, &kPast), mtx_unlock(&m));
  OBSERVE_AND_UNDO(mtx_timedlock(&m, &kTooManyNs), mtx_unlock(&m));
  headline(" taken");
  OBSERVE(mtx_lock(&m));
  OBSERVE_AND_UNDO(mtx_trylock(&m), mtx_unlock(&m));
  OBSERVE_AND_UNDO(mtx_timedlock(&m, &kPast), mtx_unlock(&m));
  if ((type & mtx_recursive) != 0) OBSERVE_AND_UNDO(mtx_lock(&m), mtx_unlock(&m));
  in_c11_thread(try_from_outside);
  in_c11_thread(wait_in_vain);
  OBSERVE(cnd_timedwait(&changed, &m, &kPast));
  OBSERVE(cnd_timedwait(&changed, &m, &kTooManyNs));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, cnd_timedwait(&changed, &m, &soon));
  in_c11_thread(try_from_outside);
  headline(" waited for");
  thrd_t waiter;
  int result = 0;
  CHECK(thrd_create(&waiter, lock_once, NULL) == thrd_success);
  await_wait();
  CHECK(mtx_unlock(&m) == thrd_success);
  OBSERVE(thrd_join(waiter, &result));
  printf("  it returned %d\n", result);
  if ((type & mtx_recursive) != 0) OBSERVE(mtx_unlock(&m));
  mtx_destroy(&m);
  headline(" destroyed");
  OBSERVE(mtx_lock(&m));
  OBSERVE(mtx_trylock(&m));
  OBSERVE(mtx_unlock(&m));
}

static int ready;
static int wait_until_ready(void* unused) {
  (void)unused;
  CHECK(mtx_lock(&m) == thrd_success);
  announce_wait();
  while (!ready) OBSERVE(cnd_wait(&changed, &m));
  CHECK(mtx_unlock(&m) == thrd_success);
  return -5;
}

static void observe_condition(void) {
  headline("condition");
  CHECK(mtx_init(&m, mtx_plain) == thrd_success);
  thrd_t waiter;
  int result = 0;
  CHECK(thrd_create(&waiter, wait_until_ready, NULL) == thrd_success);
  await_wait();
  CHECK(mtx_lock(&m) == thrd_success);
  ready = 1;
  CHECK(mtx_unlock(&m) == thrd_success);
  CHECK(cnd_signal(&changed) == thrd_success);
  OBSERVE(thrd_join(waiter, &result));
  printf("  it returned %d\n", result);
}

// ---- threads

static tss_t key;
static int destroyed;
static void destroy_value(void* value) {
  destroyed += *(int*)value;
}

static int leave_by_exit(void* value) {
  OBSERVE(tss_set(key, value));
  thrd_exit(41);
}
static int leave_by_pthread_exit(void* unused) {
  (void)unused;
  pthread_exit((void*)43);
}
static int compare_itself(void* other) {
  return thrd_equal(thrd_current(), *(thrd_t*)other);
}
static void* return_number(void* number) {
  return number;
}

static void observe_threads(void) {
  headline("threads");
  static int three = 3;
  thrd_t thread;
  int result = 0;
  OBSERVE(tss_create(&key, destroy_value));
  CHECK(thrd_create(&thread, leave_by_exit, &three) == thrd_success);
  OBSERVE(thrd_join(thread, &result));
  printf("  it returned %d, and its value %d was destroyed\n", result, destroyed);
  tss_delete(key);
  OBSERVE(thrd_create(&thread, leave_by_pthread_exit, NULL));
  OBSERVE(thrd_join(thread, &result));
  printf("  it returned %d\n", result);
  thrd_t main_thread = thrd_current();
  OBSERVE(thrd_create(&thread, compare_itself, &main_thread));
  OBSERVE(thrd_join(thread, NULL));
  // The two kinds of thread are one in glibc.
  OBSERVE(pthread_create(&thread, NULL, return_number, (void*)47));
  OBSERVE(thrd_join(thread, &result));
  printf("  it returned %d\n", result);
  void* value;
  OBSERVE(thrd_create(&thread, compare_itself, &main_thread));
  OBSERVE(pthread_join(thread, &value));
  printf("  it returned %d\n", (int)(long)value);
  OBSERVE(thrd_join(thrd_current(), &result));
  OBSERVE(thrd_create(&thread, compare_itself, &main_thread));
  OBSERVE(thrd_detach(thread));
}

static once_flag flag = ONCE_FLAG_INIT;
static void initialise(void) {
  printf("  initialised\n");
  OBSERVE_AND_UNDO(mtx_lock(&m), mtx_unlock(&m));
}

int main(void) {
  name_of_result = name_of_code;
  OBSERVE(cnd_init(&changed));
  observe_type("plain", mtx_plain);
  observe_type("timed", mtx_timed);
  observe_type("recursive", mtx_plain | mtx_recursive);
  observe_type("timed recursive", mtx_timed | mtx_recursive);
  headline("of no type");
  OBSERVE(mtx_init(&m, 77));
  observe_condition();
  observe_threads();
  headline("nobody waits");
  OBSERVE(cnd_signal(&changed));
  OBSERVE(cnd_broadcast(&changed));
  headline("once");
  call_once(&flag, initialise);
  call_once(&flag, initialise);
  cnd_destroy(&changed);
  mtx_destroy(&m);
  return 0;
}
