// SPDX-License-Identifier: Apache-2.0
// Misuse that the C library answers with an error code gets the same answer under watch, and what failed to
// lock is not held.
//
// expect: bad-unlock tier=observed locks=1 names=checked functions=relock reason=answered
#include "tests/e2e/support.h"

#include <errno.h>

static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static void relock(void) {
  CHECK(pthread_mutex_lock(&checked) == 0);
  CHECK(pthread_mutex_lock(&checked) == EDEADLK);
  CHECK(pthread_mutex_trylock(&checked) == EBUSY);
  CHECK(pthread_mutex_unlock(&checked) == 0);
  CHECK(pthread_mutex_unlock(&checked) == EPERM);
  pthread_mutex_lock(&other);
  pthread_mutex_unlock(&other);
}

static void reverse(void) {
  pthread_mutex_lock(&other);
  pthread_mutex_lock(&checked);
  pthread_mutex_unlock(&checked);
  pthread_mutex_unlock(&other);
}

int main(void) {
  const Part parts[] = {relock, reverse};
  run_in_turn(2, parts);
  return 0;
}
