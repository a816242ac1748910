// SPDX-License-Identifier: Apache-2.0
// A real deadlock of three threads, ended by SIGTERM with its default action.
//
// signal: TERM
// kill_after: hanging
// expect: deadlock tier=actual locks=3 names=ring[0],ring[1],ring[2] functions=work
#include "tests/e2e/support.h"

enum { kThreads = 3 };
static pthread_mutex_t ring[kThreads];
static Step started;
static Step all_hold;
static pid_t tids[kThreads];

static void* work(void* unused) {
  const int number = __atomic_fetch_add(&started, 1, __ATOMIC_ACQ_REL);
  tids[number] = gettid();
  pthread_mutex_lock(&ring[number]);  // held: ring
  advance(&all_hold);
  await(&all_hold, kThreads);
  pthread_mutex_lock(&ring[(number + 1) % kThreads]);  // wanted: ring
  return unused;
}

int main(void) {
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) pthread_mutex_init(&ring[i], NULL);
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, work, NULL);
  await(&all_hold, kThreads);
  for (int i = 0; i < kThreads; ++i) await_blocked(tids[i]);
  say_hanging();
  pthread_join(threads[0], NULL);
  return 97;
}
