// SPDX-License-Identifier: Apache-2.0
// A real deadlock, ended by SIGKILL: the edges were stored before the threads blocked.
//
// signal: KILL
// kill_after: hanging
// expect: deadlock tier=actual locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static Step both_hold;
static pid_t tids[2];

static void* forward(void* unused) {
  tids[0] = gettid();
  pthread_mutex_lock(&a);  // held: forward
  advance(&both_hold);
  await(&both_hold, 2);
  pthread_mutex_lock(&b);  // wanted: forward
  return unused;
}

static void* backward(void* unused) {
  tids[1] = gettid();
  pthread_mutex_lock(&b);  // held: backward
  advance(&both_hold);
  await(&both_hold, 2);
  pthread_mutex_lock(&a);  // wanted: backward
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, forward, NULL);
  pthread_create(&threads[1], NULL, backward, NULL);
  await(&both_hold, 2);
  await_blocked(tids[0]);
  await_blocked(tids[1]);
  say_hanging();
  pthread_join(threads[0], NULL);
  return 97;
}
