// SPDX-License-Identifier: Apache-2.0
// A function takes a lock that its caller holds.
//
// args: mutex
// args: upgrade
// args: semaphore
// expect: self-deadlock tier=actual locks=1 functions=outer,inner
// ended: deadlock
// live: which it holds itself
#include "tests/e2e/support.h"

#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;

__attribute__((noinline)) static void inner(char what) {
  if (what == 'm') pthread_mutex_lock(&mutex);
  if (what == 'u') pthread_rwlock_wrlock(&rwlock);
  if (what == 's') sem_wait(&semaphore);
}

__attribute__((noinline)) static void outer(char what) {
  if (what == 'm') pthread_mutex_lock(&mutex);
  if (what == 'u') pthread_rwlock_rdlock(&rwlock);
  if (what == 's') sem_wait(&semaphore);
  inner(what);
  puts("not to be reached");
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  sem_init(&semaphore, 0, 1);
  sem_wait(&semaphore);  // who waits for it posts it: it is a lock
  sem_post(&semaphore);
  outer(arguments[1][0]);
  return 0;
}
