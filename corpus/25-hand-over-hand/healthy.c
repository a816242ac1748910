// SPDX-License-Identifier: Apache-2.0
// Everybody goes forward; the tail is let go before the head is taken.
#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;

static void walk(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&a);
  pthread_mutex_lock(&c);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&c);
}

static void wrap_around(void) {
  pthread_mutex_lock(&c);
  pthread_mutex_unlock(&c);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
}

int main(void) {
  const Part parts[] = {walk, walk, wrap_around};
  run_in_turn(3, parts);
  return 0;
}
