// SPDX-License-Identifier: Apache-2.0
// A thread is cancelled while it reads with a lock held: its handler gives the lock back, and the call that
// never returned was counted.
//
// expect: lock-held-across-io severity=note names=input functions=listen_in message=read()
#include "tests/e2e/support.h"

static pthread_mutex_t input = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];
static pid_t tid;
static Step ready;

static void give_back(void* unused) {
  (void)unused;
  CHECK(pthread_mutex_unlock(&input) == 0);
}

__attribute__((noinline)) static void* listen_in(void* unused) {
  char byte;
  tid = gettid();
  CHECK(pthread_mutex_lock(&input) == 0);
  pthread_cleanup_push(give_back, NULL);
  advance(&ready);
  CHECK(read(ends[0], &byte, 1) == 1);
  pthread_cleanup_pop(1);
  return unused;
}

int main(void) {
  pthread_t thread;
  void* result;
  CHECK(pipe(ends) == 0);
  CHECK(pthread_create(&thread, NULL, listen_in, NULL) == 0);
  await(&ready, 1);
  await_system_call(tid, SYS_read);
  CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
  CHECK(pthread_mutex_trylock(&input) == 0);
  CHECK(pthread_mutex_unlock(&input) == 0);
  return 0;
}
