// SPDX-License-Identifier: Apache-2.0
// A condition wait that times out re-acquires too: m is held when the next lock is taken.
//
// expect: lock-order-cycle tier=plausible locks=2 names=m,next functions=wait_in_vain,reverse
#include "tests/e2e/support.h"

#include <errno.h>
#include <time.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t next = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void wait_in_vain(void) {
  const struct timespec past = {1, 0};
  pthread_mutex_lock(&m);
  CHECK(pthread_cond_timedwait(&never, &m, &past) == ETIMEDOUT);
  pthread_mutex_lock(&next);
  pthread_mutex_unlock(&next);
  pthread_mutex_unlock(&m);
}

static void reverse(void) {
  pthread_mutex_lock(&next);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_mutex_unlock(&next);
}

int main(void) {
  const Part parts[] = {wait_in_vain, reverse};
  run_in_turn(2, parts);
  return 0;
}
