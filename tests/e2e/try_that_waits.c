// SPDX-License-Identifier: Apache-2.0
// A function that tries first and waits if that fails is CPython's way to take a lock: a try in an object
// that exports that function makes an edge, the same in another object makes none.
//
// library: interpreter
// library: other
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward modes=blocking
#include "tests/e2e/support.h"

#include <semaphore.h>

typedef int (*Take)(sem_t* semaphore);

#if defined(LIBRARY_interpreter)
#define TAKE PyThread_acquire_lock_timed
#elif defined(LIBRARY_other)
#define TAKE take
#endif

#if defined(TAKE)

int TAKE(sem_t* semaphore);
int TAKE(sem_t* semaphore) {
  return sem_trywait(semaphore) == 0 ? 0 : sem_wait(semaphore);
}

#else

#include <dlfcn.h>

static sem_t a, b, c, d;
static Take take_as_python;
static Take take_otherwise;

static Take load(const char* program, const char* library, const char* function) {
  char path[4096];
  snprintf(path, sizeof path, "%s.%s.so", program, library);
  void* const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(handle != NULL);
  const Take take = (Take)dlsym(handle, function);
  CHECK(take != NULL);
  return take;
}

static void both(Take take, sem_t* first, sem_t* second) {
  CHECK(take(first) == 0);
  CHECK(take(second) == 0);
  sem_post(second);
  sem_post(first);
}

static void forward(void) {
  both(take_as_python, &a, &b);
  both(take_otherwise, &c, &d);
}

static void backward(void) {
  both(take_as_python, &b, &a);
  both(take_otherwise, &d, &c);
}

int main(int argc, char** argv) {
  (void)argc;
  sem_t* const all[] = {&a, &b, &c, &d};
  for (int i = 0; i < 4; ++i) sem_init(all[i], 0, 1);
  take_as_python = load(argv[0], "interpreter", "PyThread_acquire_lock_timed");
  take_otherwise = load(argv[0], "other", "take");
  static const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}

#endif
