// SPDX-License-Identifier: Apache-2.0
// What mutexes of every kind answer, free and taken, to their owner and to others.
#include "tests/conformance/observe.h"

#include <limits.h>

static pthread_mutex_t m;
static const struct timespec kPastAgain = {2, 0};

static void try_with_limits(void) {
  OBSERVE_AND_UNDO(pthread_mutex_timedlock(&m, &kPast), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_timedlock(&m, &kTooManyNs), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_timedlock(&m, &kNegativeNs), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_timedlock(&m, &kBefore1970), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &kPastAgain), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_clocklock(&m, CLOCK_REALTIME, &kNegativeNs), pthread_mutex_unlock(&m));
  OBSERVE_AND_UNDO(pthread_mutex_clocklock(&m, kNoClock, &kPast), pthread_mutex_unlock(&m));
}

static void* use_free(void* unused) {
  headline(" free");
  OBSERVE(pthread_mutex_lock(&m));
  OBSERVE(pthread_mutex_unlock(&m));
  OBSERVE(pthread_mutex_trylock(&m));
  OBSERVE(pthread_mutex_unlock(&m));
  try_with_limits();
  return unused;
}

static void* use_taken(void* unused) {
  headline(" taken by another");
  OBSERVE(pthread_mutex_trylock(&m));
  try_with_limits();
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_mutex_timedlock(&m, &soon));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_mutex_clocklock(&m, CLOCK_REALTIME, &soon));
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &soon));
  return unused;
}

static void* unlock_of_another(void* unused) {
  OBSERVE(pthread_mutex_unlock(&m));
  return unused;
}

static void* wait_and_pass_on(void* unused) {
  OBSERVE(pthread_mutex_lock(&m));
  OBSERVE(pthread_mutex_unlock(&m));
  return unused;
}

static void use_own(int type, bool inherits) {
  headline(" own");
  OBSERVE_AND_UNDO(pthread_mutex_trylock(&m), pthread_mutex_unlock(&m));
  const bool relock_returns = type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK;
  if (relock_returns) OBSERVE_AND_UNDO(pthread_mutex_lock(&m), pthread_mutex_unlock(&m));
  // A normal one with priority inheritance waits for ever for itself, whatever the limit.
  if (relock_returns || !inherits) try_with_limits();
}

static void observe_kind(const char* name, const pthread_mutexattr_t* attributes, int type, bool robust,
                         bool inherits) {
  printf("%s\n", name);
  OBSERVE(pthread_mutex_init(&m, attributes));
  in_thread(use_free, NULL);
  OBSERVE(pthread_mutex_lock(&m));
  use_own(type, inherits);
  in_thread(use_taken, NULL);
  if (type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK) in_thread(unlock_of_another, NULL);
  if (!robust) OBSERVE(pthread_mutex_destroy(&m));  // glibc destroys a robust one even now
  headline(" waited for");
  Waiter waiter;
  begin_wait(&waiter, wait_and_pass_on, NULL, SYS_futex);
  CHECK(pthread_mutex_unlock(&m) == 0);
  end_wait(&waiter);
  if (type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK) OBSERVE(pthread_mutex_unlock(&m));
  OBSERVE(pthread_mutex_destroy(&m));
  headline(" destroyed");
  OBSERVE(pthread_mutex_lock(&m));
  OBSERVE(pthread_mutex_trylock(&m));
  OBSERVE(pthread_mutex_timedlock(&m, &kPast));
  OBSERVE(pthread_mutex_unlock(&m));
}

static void observe_kinds(void) {
  static const struct {
    const char* name;
    int type;
  } types[] = {{"normal", PTHREAD_MUTEX_NORMAL},
               {"recursive", PTHREAD_MUTEX_RECURSIVE},
               {"error-checking", PTHREAD_MUTEX_ERRORCHECK},
               {"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP}};
  for (size_t i = 0; i < sizeof types / sizeof *types; ++i) {
    for (int variant = 0; variant < 8; ++variant) {
      const bool robust = variant & 1;
      const bool inherits = variant & 2;
      const bool shared = variant & 4;
      char name[64];
      snprintf(name, sizeof name, "%s%s%s%s", types[i].name, robust ? " robust" : "",
               inherits ? " inheriting" : "", shared ? " shared" : "");
      pthread_mutexattr_t attributes;
      CHECK(pthread_mutexattr_init(&attributes) == 0);
      CHECK(pthread_mutexattr_settype(&attributes, types[i].type) == 0);
      if (robust) CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
      if (inherits) CHECK(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) == 0);
      if (shared) CHECK(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
      observe_kind(name, &attributes, types[i].type, robust, inherits);
      CHECK(pthread_mutexattr_destroy(&attributes) == 0);
    }
  }
}

// Their inner types are in the initialiser; the first call any of them sees is one to lock or to try.
static void observe_static_ones(void) {
  static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
  static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
  static pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
  headline("static");
  OBSERVE(pthread_mutex_lock(&plain));
  OBSERVE(pthread_mutex_trylock(&plain));
  OBSERVE(pthread_mutex_unlock(&plain));
  OBSERVE(pthread_mutex_lock(&recursive));
  OBSERVE(pthread_mutex_lock(&recursive));
  OBSERVE(pthread_mutex_unlock(&recursive));
  OBSERVE(pthread_mutex_unlock(&recursive));
  OBSERVE(pthread_mutex_unlock(&recursive));
  OBSERVE(pthread_mutex_unlock(&checking));
  OBSERVE(pthread_mutex_trylock(&checking));
  OBSERVE(pthread_mutex_lock(&checking));
  OBSERVE(pthread_mutex_unlock(&checking));
  OBSERVE(pthread_mutex_timedlock(&adaptive, &kPast));
  OBSERVE(pthread_mutex_trylock(&adaptive));
  OBSERVE(pthread_mutex_unlock(&adaptive));
}

// glibc counts to UINT_MAX; getting there by calls would take minutes.
static void observe_recursion_limit(void) {
  pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  headline("recursion limit");
  OBSERVE(pthread_mutex_lock(&recursive));
  recursive.__data.__count = UINT_MAX - 1;
  OBSERVE(pthread_mutex_lock(&recursive));
  OBSERVE(pthread_mutex_lock(&recursive));
  OBSERVE(pthread_mutex_trylock(&recursive));
  OBSERVE(pthread_mutex_timedlock(&recursive, &kPast));
  OBSERVE(pthread_mutex_unlock(&recursive));
  printf("  count %u\n", recursive.__data.__count);
  recursive.__data.__count = 1;
  OBSERVE(pthread_mutex_unlock(&recursive));
  OBSERVE(pthread_mutex_destroy(&recursive));
}

int main(void) {
  observe_kinds();
  observe_static_ones();
  observe_recursion_limit();
  return 0;
}
