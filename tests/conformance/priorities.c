// SPDX-License-Identifier: Apache-2.0
// Mutexes with a priority protocol. Where the system forbids real-time priorities the answers are errors: the
// same ones.
#include "tests/conformance/observe.h"

static pthread_mutex_t m;

static int own_priority(void) {
  struct sched_param parameters;
  int policy;
  CHECK(pthread_getschedparam(pthread_self(), &policy, &parameters) == 0);
  return sched_getscheduler(0) == SCHED_OTHER ? 0 : parameters.sched_priority;
}

static void* use(void* unused) {
  OBSERVE_AND_UNDO(pthread_mutex_trylock(&m), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_timedlock(&m, &kPast), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &kPast), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_clocklock(&m, kNoClock, &kPast), pthread_mutex_unlock(&m));
  return unused;
}

static void* use_in_real_time(void* priority) {
  const struct sched_param parameters = {.sched_priority = *(int*)priority};
  if (OBSERVE(pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)) != 0) return NULL;
  if (OBSERVE(pthread_mutex_lock(&m)) == 0) {
    printf("  runs at %d\n", own_priority());
    OBSERVE(pthread_mutex_unlock(&m));
  }
  use(NULL);
  printf("  runs at %d\n", own_priority());
  return NULL;
}

static void observe_ceiling(int type, int ceiling) {
  printf("ceiling %d, type %d\n", ceiling, type);
  pthread_mutexattr_t attributes;
  CHECK(pthread_mutexattr_init(&attributes) == 0);
  CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
  OBSERVE(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT));
  OBSERVE(pthread_mutexattr_setprioceiling(&attributes, ceiling));
  OBSERVE(pthread_mutex_init(&m, &attributes));
  if (OBSERVE(pthread_mutex_lock(&m)) == 0) {
    printf("  runs at %d\n", own_priority());
    if (type != PTHREAD_MUTEX_NORMAL) OBSERVE_AND_UNDO(pthread_mutex_lock(&m), pthread_mutex_unlock(&m));
    in_thread(use, NULL);
    OBSERVE(pthread_mutex_unlock(&m));
  }
  printf("  runs at %d\n", own_priority());
  in_thread(use, NULL);
  int lower = ceiling - 5;
  int higher = ceiling + 5;
  in_thread(use_in_real_time, &lower);
  in_thread(use_in_real_time, &higher);
  int old = 0;
  OBSERVE(pthread_mutex_setprioceiling(&m, ceiling + 10, &old));
  printf("  old ceiling %d\n", old);
  in_thread(use_in_real_time, &higher);
  OBSERVE(pthread_mutex_destroy(&m));
}

// ---- inheritance: who holds what a real-time thread waits for runs at its priority

static Step held;
static pid_t holder;
static int let_go[2];  // a pipe: at a real-time priority it must not spin

static int kernel_priority(pid_t tid) {
  char path[64];
  char text[512];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  const int stat_file = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t length = read(stat_file, text, sizeof text - 1);
  close(stat_file);
  CHECK(length > 0);
  text[length] = 0;
  const char* field = strrchr(text, ')');
  for (int i = 2; i < 18; ++i) field = strchr(field + 1, ' ');
  return atoi(field + 1);
}

static void* hold(void* unused) {
  holder = gettid();
  CHECK(pthread_mutex_lock(&m) == 0);
  advance(&held);
  char byte;
  CHECK(read(let_go[0], &byte, 1) == 1);
  CHECK(pthread_mutex_unlock(&m) == 0);
  return unused;
}

static void* want(void* unused) {
  const struct sched_param parameters = {.sched_priority = 20};
  OBSERVE(pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters));
  OBSERVE(pthread_mutex_lock(&m));
  OBSERVE(pthread_mutex_unlock(&m));
  return unused;
}

static void observe_inheritance(int type) {
  printf("inheritance, type %d\n", type);
  pthread_mutexattr_t attributes;
  CHECK(pthread_mutexattr_init(&attributes) == 0);
  CHECK(pthread_mutexattr_settype(&attributes, type) == 0);
  OBSERVE(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
  OBSERVE(pthread_mutex_init(&m, &attributes));
  use(NULL);
  held = 0;
  CHECK(pipe(let_go) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, hold, NULL) == 0);
  await(&held, 1);
  const int before = kernel_priority(holder);
  Waiter waiter;
  begin_wait(&waiter, want, NULL, SYS_futex);
  const int boosted = kernel_priority(holder);
  CHECK(write(let_go[1], "", 1) == 1);
  end_wait(&waiter);
  CHECK(pthread_join(thread, NULL) == 0);
  printf("  the holder runs at %d, waited for at %d\n", before, boosted);
  close(let_go[0]);
  close(let_go[1]);
  OBSERVE(pthread_mutex_destroy(&m));
}

int main(void) {
  observe_ceiling(PTHREAD_MUTEX_NORMAL, 30);
  observe_ceiling(PTHREAD_MUTEX_RECURSIVE, 30);
  observe_ceiling(PTHREAD_MUTEX_ERRORCHECK, 30);
  observe_inheritance(PTHREAD_MUTEX_NORMAL);
  observe_inheritance(PTHREAD_MUTEX_RECURSIVE);
  observe_inheritance(PTHREAD_MUTEX_ERRORCHECK);
  return 0;
}
