// SPDX-License-Identifier: Apache-2.0
// A library preloaded behind ours stands in front of the mutex functions too. It sees every acquisition and
// every release, once, as it does unwatched: mutexes are not taken in place then.
//
// library: counter
// expect: silent
#include "tests/e2e/support.h"

#include <dlfcn.h>

typedef int (*Function)(pthread_mutex_t*);

#if defined(LIBRARY_counter)

long acquired;
long released;

static Function next(const char* name) {
  const Function function = (Function)dlsym(RTLD_NEXT, name);
  CHECK(function != NULL);
  return function;
}

static int counted(int result, long* counter) {
  if (result == 0) __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
  return result;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  return counted(next("pthread_mutex_lock")(mutex), &acquired);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  return counted(next("pthread_mutex_trylock")(mutex), &acquired);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) {
  return counted(next("pthread_mutex_unlock")(mutex), &released);
}

#else

enum { kTimes = 1000 };
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

static void nest(void) {
  for (int i = 0; i < kTimes; ++i) {
    CHECK(pthread_mutex_lock(&outer) == 0);
    CHECK((i % 4 == 0 ? pthread_mutex_trylock(&inner) : pthread_mutex_lock(&inner)) == 0);
    CHECK(pthread_mutex_unlock(&inner) == 0);
    CHECK(pthread_mutex_unlock(&outer) == 0);
  }
}

static void start_again_with_library(char** argv) {
  char library[4096];
  char preload[8192];
  const char* before = getenv("LD_PRELOAD");
  snprintf(library, sizeof library, "%s.counter.so", argv[0]);
  snprintf(preload, sizeof preload, "%s%s%s", before != NULL ? before : "", before != NULL ? ":" : "",
           library);
  CHECK(setenv("LD_PRELOAD", preload, 1) == 0);
  execl("/proc/self/exe", argv[0], "again", NULL);
  CHECK(!"started again");
}

int main(int argc, char** argv) {
  if (argc == 1) start_again_with_library(argv);
  const long* acquired = (const long*)dlsym(RTLD_DEFAULT, "acquired");
  const long* released = (const long*)dlsym(RTLD_DEFAULT, "released");
  CHECK(acquired != NULL && released != NULL);
  const long acquired_before = *acquired;
  const long released_before = *released;
  const Part parts[] = {nest, nest};
  run_in_turn(2, parts);
  CHECK(*acquired - acquired_before == 2 * 2 * kTimes);
  CHECK(*released - released_before == 2 * 2 * kTimes);
  puts("done");
  return 0;
}

#endif
