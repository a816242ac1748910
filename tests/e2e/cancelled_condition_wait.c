// SPDX-License-Identifier: Apache-2.0
// A thread cancelled in a condition wait holds the lock again in its cleanup handler, until that unlocks it.
//
// expect: lock-order-cycle tier=plausible locks=2 names=m,while_held functions=clean_up,reverse
#include "tests/e2e/support.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t while_held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t once_released = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static Step step;

static void clean_up(void* unused) {
  (void)unused;
  pthread_mutex_lock(&while_held);  // wanted: clean_up
  pthread_mutex_unlock(&while_held);
  pthread_mutex_unlock(&m);
  pthread_mutex_lock(&once_released);
  pthread_mutex_unlock(&once_released);
}

static void* wait_for_ever(void* unused) {
  pthread_mutex_lock(&m);
  pthread_cleanup_push(clean_up, NULL);
  advance(&step);
  for (;;) pthread_cond_wait(&never, &m);  // held: clean_up
  pthread_cleanup_pop(1);
  return unused;
}

static void* reverse(void* unused) {
  await(&step, 2);
  pthread_mutex_lock(&once_released);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_mutex_unlock(&once_released);
  pthread_mutex_lock(&while_held);  // held: reverse
  pthread_mutex_lock(&m);           // wanted: reverse
  pthread_mutex_unlock(&m);
  pthread_mutex_unlock(&while_held);
  return unused;
}

int main(void) {
  pthread_t waiter;
  pthread_t reverser;
  void* result;
  pthread_create(&reverser, NULL, reverse, NULL);
  pthread_create(&waiter, NULL, wait_for_ever, NULL);
  await(&step, 1);
  pthread_mutex_lock(&m);  // got: so the waiter has let go of it, inside its wait
  pthread_mutex_unlock(&m);
  pthread_cancel(waiter);
  pthread_join(waiter, &result);
  CHECK(result == PTHREAD_CANCELED);
  advance(&step);
  pthread_join(reverser, NULL);
  return 0;
}
