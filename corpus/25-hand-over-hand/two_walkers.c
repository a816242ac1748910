// SPDX-License-Identifier: Apache-2.0
// Hand over hand a, b, c against c, a. Two walkers: one holds b and waits for c, the other holds a and waits
// for b, and the third thread holds c and waits for a. There is no edge from a to c: a is dropped before c is
// asked for.
#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;

static void walk(void) {
  pthread_mutex_lock(&a);  // held: ab
  pthread_mutex_lock(&b);  // wanted: ab held: bc
  pthread_mutex_unlock(&a);
  pthread_mutex_lock(&c);  // wanted: bc
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&c);
}

static void wrap_around(void) {
  pthread_mutex_lock(&c);  // held: wrap
  pthread_mutex_lock(&a);  // wanted: wrap
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&c);
}

int main(void) {
  const Part parts[] = {walk, walk, wrap_around};
  run_in_turn(3, parts);
  return 0;
}
