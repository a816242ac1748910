// SPDX-License-Identifier: Apache-2.0
// A file lock is there to be held for long, and only noted; where a mutex is held outside it, that one
// counts.
//
// expect: lock-held-across-io severity=note locks=1 names=gordian-kept functions=rest kinds=file-lock
// expect: lock-held-across-io severity=warning locks=1 names=outside functions=rest_in_mutex kinds=mutex
#include "tests/e2e/asleep.h"

#include <sys/file.h>

#include "tests/e2e/temporary_file.h"

static pthread_mutex_t outside = PTHREAD_MUTEX_INITIALIZER;
static int file;

__attribute__((noinline)) static void rest(void) {
  CHECK(flock(file, LOCK_EX) == 0);
  CHECK(usleep(3000) == 0);
  CHECK(flock(file, LOCK_UN) == 0);
}

__attribute__((noinline)) static void rest_in_mutex(void) {
  CHECK(pthread_mutex_lock(&outside) == 0);
  CHECK(flock(file, LOCK_EX) == 0);
  CHECK(usleep(3000) == 0);
  CHECK(flock(file, LOCK_UN) == 0);
  CHECK(pthread_mutex_unlock(&outside) == 0);
}

int main(void) {
  Path path;
  make_file(path, "kept");
  file = open_file(path);
  rest();
  rest_in_mutex();
  CHECK(unlink(path) == 0);
  return 0;
}
