// SPDX-License-Identifier: Apache-2.0
// The healthy twin of waits_for_child_with_lock.c: with the lock held, only a look whether the child has
// ended.
//
// expect: silent
#include "tests/e2e/support.h"

#include <sys/wait.h>
#include <time.h>

static pthread_mutex_t jobs = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

int main(void) {
  char byte;
  CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    close(ends[1]);
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  CHECK(pthread_mutex_lock(&jobs) == 0);
  CHECK(waitpid(child, NULL, WNOHANG) == 0);
  CHECK(pthread_mutex_unlock(&jobs) == 0);
  CHECK(close(ends[1]) == 0);
  CHECK(waitpid(child, NULL, 0) == child);
  return 0;
}
