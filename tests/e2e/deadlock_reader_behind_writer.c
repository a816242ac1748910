// SPDX-License-Identifier: Apache-2.0
// A reader reads once more, while a writer waits. With a lock that prefers writers the reader waits for the
// writer, which waits for the reader; with another it does not, and both go on.
//
// expect: deadlock tier=actual locks=1 names=lock functions=read_again,write_once
// ended: deadlock
// live: error: deadlock:
#include "tests/e2e/support.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static Step writer_has_begun;
static pid_t writer;

static void* write_once(void* unused) {
  writer = gettid();
  advance(&writer_has_begun);
  pthread_rwlock_wrlock(&lock);
  pthread_rwlock_unlock(&lock);
  return unused;
}

static void read_again(void) {
  pthread_rwlock_rdlock(&lock);
}

int main(void) {
  pthread_t thread;
  pthread_rwlock_rdlock(&lock);
  CHECK(pthread_create(&thread, NULL, write_once, NULL) == 0);
  await(&writer_has_begun, 1);
  await_blocked(writer);
  read_again();
  return 0;
}
