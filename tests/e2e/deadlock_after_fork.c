// SPDX-License-Identifier: Apache-2.0
// A process forks while another thread holds a lock. In the child that thread does not exist, and the lock
// stays held.
//
// args: mutex
// args: rwlock
// expect: deadlock tier=actual locks=1 names=held functions=take_in_child
// ended: deadlock
// exit: 7
// live: held by a thread that is not there any more
// live: when this process was forked, which has no such thread
#include "tests/e2e/support.h"

#include <signal.h>
#include <sys/wait.h>

static struct {
  pthread_mutex_t mutex;
  pthread_rwlock_t rwlock;
} held = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER};
static int is_rwlock;
static Step is_held;
static Step may_end;

static void* hold(void* unused) {
  is_rwlock ? pthread_rwlock_rdlock(&held.rwlock) : pthread_mutex_lock(&held.mutex);
  advance(&is_held);
  await(&may_end, 1);
  is_rwlock ? pthread_rwlock_unlock(&held.rwlock) : pthread_mutex_unlock(&held.mutex);
  return unused;
}

static void take_in_child(void) {
  is_rwlock ? pthread_rwlock_wrlock(&held.rwlock) : pthread_mutex_lock(&held.mutex);
}

int main(int argc, char** argv) {
  is_rwlock = argc > 1 && strcmp(argv[1], "rwlock") == 0;
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
