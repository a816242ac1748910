// SPDX-License-Identifier: Apache-2.0
// Nobody has to post a semaphore before it is destroyed. Who had waited for it does not hold the one that is
// made in its place, and when it waits for that, it waits.
//
// expect: lock-order-cycle tier=plausible locks=2 names=reused,m functions=take_again,reverse
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t reused;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void take_again(void) {
  sem_init(&reused, 0, 1);
  sem_wait(&reused);
  sem_destroy(&reused);
  sem_init(&reused, 0, 1);
  pthread_mutex_lock(&m);  // held: again
  sem_wait(&reused);       // wanted: again
  sem_post(&reused);
  pthread_mutex_unlock(&m);
}

static void reverse(void) {
  sem_wait(&reused);       // held: reverse
  pthread_mutex_lock(&m);  // wanted: reverse
  pthread_mutex_unlock(&m);
  sem_post(&reused);
}

int main(void) {
  const Part parts[] = {take_again, reverse};
  run_in_turn(2, parts);
  return 0;
}
