// SPDX-License-Identifier: Apache-2.0
// What creating, joining, detaching and leaving threads answers, and in which order a thread's end runs what.
#include "tests/conformance/observe.h"

static Step go;

static void* wait_for_go(void* value) {
  await(&go, 1);
  return value;
}

static void* leave(void* value) {
  pthread_exit(value);
}

static void observe_joins(void) {
  headline("joins");
  pthread_t thread;
  void* value = NULL;
  go = 0;
  OBSERVE(pthread_join(pthread_self(), NULL));
  OBSERVE(pthread_timedjoin_np(pthread_self(), NULL, &kPast));
  CHECK(pthread_create(&thread, NULL, wait_for_go, (void*)5) == 0);
  OBSERVE(pthread_tryjoin_np(thread, &value));
  OBSERVE(pthread_timedjoin_np(thread, &value, &kPast));
  OBSERVE(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &kPast));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_timedjoin_np(thread, &value, &soon));
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &soon));
  advance(&go);
  OBSERVE(pthread_join(thread, &value));
  printf("  value %ld\n", (long)value);
  CHECK(pthread_create(&thread, NULL, leave, (void*)6) == 0);
  const struct timespec in_vain = after_ms(CLOCK_REALTIME, 3600000);
  OBSERVE(pthread_timedjoin_np(thread, &value, &in_vain));
  printf("  value %ld\n", (long)value);
}

static void observe_detached(void) {
  headline("detached");
  pthread_t thread;
  pthread_attr_t attributes;
  go = 0;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
  OBSERVE(pthread_create(&thread, &attributes, wait_for_go, NULL));
  OBSERVE(pthread_join(thread, NULL));
  OBSERVE(pthread_tryjoin_np(thread, NULL));
  OBSERVE(pthread_timedjoin_np(thread, NULL, &kPast));
  OBSERVE(pthread_detach(thread));
  pthread_t second;
  OBSERVE(pthread_create(&second, NULL, wait_for_go, NULL));
  OBSERVE(pthread_detach(second));
  OBSERVE(pthread_detach(second));
  OBSERVE(pthread_join(second, NULL));
  advance(&go);
  // Handles of threads that ended detached come again for new ones, which can be joined.
  for (int i = 0; i < 200; ++i) {
    CHECK(pthread_create(&thread, i % 2 == 0 ? &attributes : NULL, leave, NULL) == 0);
    if (i % 2 != 0) CHECK(pthread_join(thread, NULL) == 0);
  }
}

static void observe_failures(void) {
  headline("not created");
  pthread_t thread;
  pthread_attr_t attributes;
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstacksize(&attributes, (size_t)1 << 47) == 0);
  OBSERVE(pthread_create(&thread, &attributes, leave, NULL));
  CHECK(pthread_attr_init(&attributes) == 0);
  const struct sched_param parameters = {.sched_priority = 0};
  CHECK(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED) == 0);
  CHECK(pthread_attr_setschedparam(&attributes, &parameters) == 0);
  if (OBSERVE(pthread_create(&thread, &attributes, leave, NULL)) == 0) pthread_join(thread, NULL);
}

// ---- the end of a thread

static pthread_mutex_t m = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_key_t first_key;
static pthread_key_t second_key;
static int rounds;

static void clean(void* text) {
  printf("  clean-up %s: ", (const char*)text);
  OBSERVE(pthread_mutex_unlock(&m));
}
static void destroy_first(void* value) {
  printf("  destroyed %s, round %d\n", (const char*)value, ++rounds);
  OBSERVE_AND_UNDO(pthread_mutex_lock(&m), pthread_mutex_unlock(&m));
  // glibc goes round four times as long as there are values.
  CHECK(pthread_setspecific(first_key, value) == 0);
}
static void destroy_second(void* value) {
  printf("  destroyed %s\n", (const char*)value);
  OBSERVE_AND_UNDO(pthread_mutex_trylock(&m), pthread_mutex_unlock(&m));
}

static void* end_with(void* how) {
  CHECK(pthread_setspecific(first_key, "first") == 0);
  CHECK(pthread_setspecific(second_key, "second") == 0);
  CHECK(pthread_mutex_lock(&m) == 0);
  pthread_cleanup_push(clean, "outer");
  pthread_cleanup_push(clean, "inner");
  if (strcmp(how, "exit") == 0) pthread_exit(how);
  if (strcmp(how, "cancel") == 0) {
    CHECK(pthread_cancel(pthread_self()) == 0);
    pthread_testcancel();
  }
  pthread_cleanup_pop(1);
  pthread_cleanup_pop(1);
  return how;
}

static void observe_end(const char* how) {
  printf("end by %s\n", how);
  rounds = 0;
  void* value = in_thread(end_with, (void*)how);
  printf("  value %s\n", value == PTHREAD_CANCELED ? "cancelled" : (const char*)value);
}

int main(void) {
  observe_joins();
  observe_detached();
  observe_failures();
  CHECK(pthread_key_create(&first_key, destroy_first) == 0);
  CHECK(pthread_key_create(&second_key, destroy_second) == 0);
  observe_end("return");
  observe_end("exit");
  observe_end("cancel");
  return 0;
}
