// SPDX-License-Identifier: Apache-2.0
// A fork while another thread has a read-write lock. Nobody in the child ever gives it back.
//
// expect: deadlock tier=actual locks=1 names=table functions=take_in_child
// ended: deadlock
// exit: 7
// live: when this process was forked, which has no such thread
#include "tests/e2e/support.h"

#include <signal.h>
#include <sys/wait.h>

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static Step is_held;
static Step may_end;

static void* hold(void* unused) {
  pthread_rwlock_rdlock(&table);
  advance(&is_held);
  await(&may_end, 1);
  pthread_rwlock_unlock(&table);
  return unused;
}

static void take_in_child(void) {
  pthread_rwlock_wrlock(&table);
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, hold, NULL) == 0);
  await(&is_held, 1);
  const pid_t child = fork();
  if (child == 0) {
    take_in_child();
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  advance(&may_end);
  CHECK(pthread_join(thread, NULL) == 0);
  return 7;
}
