// SPDX-License-Identifier: Apache-2.0
// A daemon: forks twice and works in the grandchild, which nobody waits for but through a pipe.
//
// expect: lock-order-cycle tier=plausible locks=2 names=alpha,beta functions=first,second
#include "tests/e2e/support.h"

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

int main(void) {
  pthread_mutex_lock(&alpha);
  pthread_mutex_unlock(&alpha);
  int ends[2];
  CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    CHECK(setsid() > 0);
    if (fork() != 0) _exit(0);
    const Part parts[] = {first, second};
    run_in_turn(2, parts);
    exit(0);  // closes the pipe, when its trace is complete
  }
  close(ends[1]);
  CHECK(waitpid(child, NULL, 0) == child);
  char nothing;
  CHECK(read(ends[0], &nothing, 1) == 0);
  puts("done");
  return 0;
}
