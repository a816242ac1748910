// SPDX-License-Identifier: Apache-2.0
// A thread waits for a condition that nobody has ever signalled, nor will.
//
// expect: deadlock tier=actual functions=wait_in_vain
// ended: deadlock
// live: waits for a condition
#include "tests/e2e/support.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void wait_in_vain(void) {
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  wait_in_vain();
  return 0;
}
