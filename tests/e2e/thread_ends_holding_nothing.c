// SPDX-License-Identifier: Apache-2.0
// The healthy twin of thread_ends_holding: what a thread holds when its routine is over is released by a
// clean-up handler, by a destructor in the first round, and by one in the last but one; a robust mutex is
// left to the next.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <limits.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t robust;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_key_t first_key;
static pthread_key_t last_key;
static Step holding;
static int rounds;

static void unlock_mutex(void* unused) {
  (void)unused;
  CHECK(pthread_mutex_unlock(&mutex) == 0);
}

static void* be_cancelled(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock_mutex, NULL);
  advance(&holding);
  for (;;) pause();
  pthread_cleanup_pop(0);
  return unused;
}

static void in_the_first_round(void* unused) {
  (void)unused;
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
}

// The third of four.
static void in_a_later_round(void* value) {
  if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
    pthread_setspecific(last_key, value);
  } else {
    CHECK(pthread_spin_unlock(&spin) == 0);
  }
}

static void* leave_it_to_destructors(void* unused) {
  pthread_rwlock_wrlock(&rwlock);
  pthread_setspecific(first_key, &rwlock);
  pthread_spin_lock(&spin);
  pthread_setspecific(last_key, &rounds);
  return unused;
}

static void* die_holding(void* unused) {
  pthread_mutex_lock(&robust);
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_key_create(&first_key, in_the_first_round);
  pthread_key_create(&last_key, in_a_later_round);
  void* (*const bodies[])(void*) = {be_cancelled, leave_it_to_destructors, die_holding};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, bodies[i], NULL);
  await(&holding, 1);
  pthread_cancel(threads[0]);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);
  CHECK(pthread_mutex_consistent(&robust) == 0);
  CHECK(pthread_mutex_unlock(&robust) == 0);
  return 0;
}
