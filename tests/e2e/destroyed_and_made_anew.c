// SPDX-License-Identifier: Apache-2.0
// A mutex destroyed and made anew at the same address is another lock.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t reused;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static void first_life(void) {
  pthread_mutex_init(&reused, NULL);
  pthread_mutex_lock(&reused);
  pthread_mutex_lock(&other);
  pthread_mutex_unlock(&other);
  pthread_mutex_unlock(&reused);
  pthread_mutex_destroy(&reused);
}

static void second_life(void) {
  pthread_mutex_init(&reused, NULL);
  pthread_mutex_lock(&other);
  pthread_mutex_lock(&reused);
  pthread_mutex_unlock(&reused);
  pthread_mutex_unlock(&other);
}

int main(void) {
  const Part parts[] = {first_life, second_life};
  run_in_turn(2, parts);
  return 0;
}
