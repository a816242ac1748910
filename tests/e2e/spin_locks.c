// SPDX-License-Identifier: Apache-2.0
// Spin locks, also process-shared ones. One made anew at an address is another lock, also if
// nothing destroyed the first.
//
// args: private
// args: shared
// args: tried
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

#include <stdbool.h>

static pthread_spinlock_t a;
static pthread_spinlock_t b;
static pthread_spinlock_t c;
static bool by_trial;

static void forward(void) {
  if (by_trial) {
    CHECK(pthread_spin_trylock(&a) == 0);
  } else {
    CHECK(pthread_spin_lock(&a) == 0);
  }
  CHECK(pthread_spin_lock(&b) == 0);
  pthread_spin_unlock(&b);
  pthread_spin_unlock(&a);
}

static void backward(void) {
  CHECK(pthread_spin_lock(&b) == 0);
  CHECK(pthread_spin_lock(&a) == 0);
  pthread_spin_unlock(&a);
  pthread_spin_unlock(&b);
}

static void nest_c(void) {
  pthread_spin_lock(&a);
  pthread_spin_lock(&c);
  pthread_spin_unlock(&c);
  pthread_spin_unlock(&a);
}

static void nest_in_new_c(void) {
  CHECK(pthread_spin_init(&c, PTHREAD_PROCESS_PRIVATE) == 0);
  pthread_spin_lock(&c);
  pthread_spin_lock(&a);
  pthread_spin_unlock(&a);
  pthread_spin_unlock(&c);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  by_trial = strcmp(argv[1], "tried") == 0;
  const int shared = strcmp(argv[1], "shared") == 0 ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE;
  CHECK(pthread_spin_init(&a, shared) == 0);
  CHECK(pthread_spin_init(&b, shared) == 0);
  CHECK(pthread_spin_init(&c, PTHREAD_PROCESS_PRIVATE) == 0);
  const Part parts[] = {forward, backward, nest_c, nest_in_new_c};
  run_in_turn(4, parts);
  return 0;
}
