// SPDX-License-Identifier: Apache-2.0
// Both orders, but the second lock is only tried: a thread that backs off cannot deadlock.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void take_both(pthread_mutex_t* outer, pthread_mutex_t* inner) {
  for (;;) {
    pthread_mutex_lock(outer);
    if (pthread_mutex_trylock(inner) == 0) break;
    pthread_mutex_unlock(outer);
    sched_yield();
  }
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void forward(void) {
  take_both(&a, &b);
}
static void backward(void) {
  take_both(&b, &a);
}

int main(void) {
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}
