// SPDX-License-Identifier: Apache-2.0
// A process forks while another thread holds a lock. In the child that thread does not exist, and the lock
// stays held.
//
// expect: deadlock tier=actual locks=1 names=held functions=take_in_child
// ended: deadlock
// exit: 7
// live: held by a thread that is not there any more
#include "tests/e2e/support.h"

#include <signal.h>
#include <sys/wait.h>

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static Step is_held;
static Step may_end;

static void* hold(void* unused) {
  pthread_mutex_lock(&held);
  advance(&is_held);
  await(&may_end, 1);
  pthread_mutex_unlock(&held);
  return unused;
}

static void take_in_child(void) {
  pthread_mutex_lock(&held);
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
