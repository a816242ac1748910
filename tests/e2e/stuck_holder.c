// SPDX-License-Identifier: Apache-2.0
// A thread holds a lock for so long that another's patience is at its end. The report says where it took the
// lock, and what it does now: the call, on what, and its stack as far as that can be had without disturbing
// it.
//
// args: read
// args: sleep
// args: loop
// args: wait
// expect: stuck-holder tier=observed locks=1 names=guard functions=hold,want,linger threads=holder,waiter
// ignore: lock-held-across-io
// stuck: 1
// live: error: stuck-holder: holder (tid
// live: guard is waited for here
#include "tests/e2e/support.h"

#include <sys/wait.h>
#include <time.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static Step is_held;
static Step may_end;
static int ends[2];

__attribute__((noinline)) static void linger(char how) {
  char byte;
  if (how == 'r') CHECK(read(ends[0], &byte, 1) == 1);
  while (how == 's' && __atomic_load_n(&may_end, __ATOMIC_ACQUIRE) == 0) {
    const struct timespec while_being = {1, 0};
    nanosleep(&while_being, NULL);
  }
  while (how == 'l' && __atomic_load_n(&may_end, __ATOMIC_ACQUIRE) == 0) {
  }
  if (how == 'w') CHECK(wait(NULL) > 0);
}

static void* hold(void* how) {
  pthread_setname_np(pthread_self(), "holder");
  pthread_mutex_lock(&guard);
  advance(&is_held);
  linger(*(const char*)how);
  pthread_mutex_unlock(&guard);
  return how;
}

static void* want(void* unused) {
  pthread_setname_np(pthread_self(), "waiter");
  await(&is_held, 1);
  pthread_mutex_lock(&guard);
  pthread_mutex_unlock(&guard);
  return unused;
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  CHECK(pipe(ends) == 0);
  char byte = 0;
  if (arguments[1][0] == 'w' && fork() == 0) {
    CHECK(read(ends[0], &byte, 1) == 1);
    _exit(0);
  }
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, hold, arguments[1]) == 0);
  CHECK(pthread_create(&threads[1], NULL, want, NULL) == 0);
  // Long enough for the patience of one second to end.
  const struct timespec patience = {3, 0};
  nanosleep(&patience, NULL);
  advance(&may_end);
  CHECK(write(ends[1], &byte, 1) == 1);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
