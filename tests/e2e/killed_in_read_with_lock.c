// SPDX-License-Identifier: Apache-2.0
// A program is killed while it reads with a lock held: that it called is in the trace.
//
// signal: KILL
// kill_after: hanging
// expect: lock-held-across-io severity=note names=input functions=listen_in message=read()
#include "tests/e2e/support.h"

static pthread_mutex_t input = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];
static pid_t reader;

static void* announce(void* unused) {
  await_system_call(reader, SYS_read);
  say_hanging();
  return unused;
}

__attribute__((noinline)) static void listen_in(void) {
  char byte;
  CHECK(pthread_mutex_lock(&input) == 0);
  CHECK(read(ends[0], &byte, 1) == 1);
}

int main(void) {
  pthread_t thread;
  CHECK(pipe(ends) == 0);
  reader = gettid();
  CHECK(pthread_create(&thread, NULL, announce, NULL) == 0);
  listen_in();
  return 0;
}
