// SPDX-License-Identifier: Apache-2.0
// C11 mutexes of every type take part in cycles, by every way to take one; in threads of C11.
//
// flags: -O0
// flags: -O2
// args: plain
// args: recursive
// args: timed
// args: tried
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
// threads=forward,backward
#include "tests/e2e/support.h"

#include <threads.h>
#include <time.h>

static mtx_t a;
static mtx_t b;
static const char* kind;
static Step step;

static void take_outer(mtx_t* mutex) {
  if (strcmp(kind, "tried") == 0) {
    CHECK(mtx_trylock(mutex) == thrd_success);
  } else {
    CHECK(mtx_lock(mutex) == thrd_success);
    if (strcmp(kind, "recursive") == 0) {
      CHECK(mtx_lock(mutex) == thrd_success);
      CHECK(mtx_unlock(mutex) == thrd_success);
    }
  }
}

static void take_inner(mtx_t* mutex) {
  struct timespec until;
  timespec_get(&until, TIME_UTC);
  until.tv_sec += 30;
  if (strcmp(kind, "timed") == 0) {
    CHECK(mtx_timedlock(mutex, &until) == thrd_success);
  } else {
    CHECK(mtx_lock(mutex) == thrd_success);
  }
}

static int forward(void* unused) {
  (void)unused;
  pthread_setname_np(pthread_self(), "forward");
  take_outer(&a);
  take_inner(&b);
  mtx_unlock(&b);
  mtx_unlock(&a);
  advance(&step);
  await(&step, 2);
  return 1;
}

static int backward(void* unused) {
  (void)unused;
  pthread_setname_np(pthread_self(), "backward");
  await(&step, 1);
  take_outer(&b);
  take_inner(&a);
  mtx_unlock(&a);
  mtx_unlock(&b);
  advance(&step);
  return 2;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  kind = argv[1];
  const int type = strcmp(kind, "recursive") == 0 ? mtx_recursive
                   : strcmp(kind, "timed") == 0   ? mtx_timed
                                                  : mtx_plain;
  CHECK(mtx_init(&a, type) == thrd_success);
  CHECK(mtx_init(&b, type) == thrd_success);
  thrd_t threads[2];
  int results[2];
  CHECK(thrd_create(&threads[0], forward, NULL) == thrd_success);
  CHECK(thrd_create(&threads[1], backward, NULL) == thrd_success);
  for (int i = 0; i < 2; ++i) CHECK(thrd_join(threads[i], &results[i]) == thrd_success);
  CHECK(results[0] == 1 && results[1] == 2);
  mtx_destroy(&a);
  mtx_destroy(&b);
  return 0;
}
