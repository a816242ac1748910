// SPDX-License-Identifier: Apache-2.0
// A pthread key's destructor locks while its thread ends, in its first round and, having set the key again,
// in the last one that the C library grants.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=first_round,last_round
#include "tests/e2e/support.h"

#include <limits.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static Step first_done;
static Step started;
static int rounds[2];

static void first_round(void) {
  pthread_mutex_lock(&a);  // held: first
  pthread_mutex_lock(&b);  // wanted: first
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
}

static void last_round(void) {
  pthread_mutex_lock(&b);  // held: last
  pthread_mutex_lock(&a);  // wanted: last
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
}

static void at_thread_end(void* value) {
  int* const round = value;
  ++*round;
  if (round == &rounds[0] && *round == 1) {
    first_round();
    advance(&first_done);
  }
  if (round == &rounds[1]) {
    if (*round < PTHREAD_DESTRUCTOR_ITERATIONS) {
      pthread_setspecific(key, value);
    } else {
      await(&first_done, 1);
      last_round();
    }
  }
}

static void* use_key(void* unused) {
  const int number = __atomic_fetch_add(&started, 1, __ATOMIC_ACQ_REL);
  await(&started, 2);
  pthread_setspecific(key, &rounds[number]);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_key_create(&key, at_thread_end);
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, use_key, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return 0;
}
