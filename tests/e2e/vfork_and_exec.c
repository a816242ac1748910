// SPDX-License-Identifier: Apache-2.0
// A child by vfork runs in its parent's memory until it executes another program; posix_spawn does the same.
// What they do must not end the parent's trace, and each program executed has its own.
//
// ignore: lock-held-across-io
// expect: lock-order-cycle tier=plausible locks=2 names=alpha,beta functions=first,second
#include "tests/e2e/support.h"

#include <spawn.h>
#include <sys/wait.h>

static pthread_mutex_t alpha = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t beta = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&alpha);
  pthread_mutex_lock(&beta);
  pthread_mutex_unlock(&beta);
  pthread_mutex_unlock(&alpha);
}

static void second(void) {
  pthread_mutex_lock(&beta);
  pthread_mutex_lock(&alpha);
  pthread_mutex_unlock(&alpha);
  pthread_mutex_unlock(&beta);
}

static void expect_status(pid_t child, int expected) {
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == expected);
}

int main(void) {
  pthread_mutex_lock(&alpha);  // held across all that follows
  const pid_t quitter = vfork();
  if (quitter == 0) _exit(3);
  expect_status(quitter, 3);
  char* const arguments[] = {(char*)"false", NULL};
  const pid_t runner = vfork();
  if (runner == 0) {
    execv("/bin/false", arguments);
    _exit(99);
  }
  expect_status(runner, 1);
  pid_t spawned = 0;
  CHECK(posix_spawn(&spawned, "/bin/false", NULL, NULL, arguments, environ) == 0);
  expect_status(spawned, 1);
  pthread_mutex_unlock(&alpha);

  const Part parts[] = {first, second};
  run_in_turn(2, parts);
  puts("done");
  return 0;
}
