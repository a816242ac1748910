// SPDX-License-Identifier: Apache-2.0
// Opening a FIFO waits for its other end; the report says which one it was.
//
// args: open
// args: openat
// expect: lock-held-across-io severity=warning locks=1 names=files functions=start message=pipe
// reason=gordian-fifo
#include "tests/e2e/asleep.h"

#include <sys/stat.h>

static pthread_mutex_t files = PTHREAD_MUTEX_INITIALIZER;
static char path[64];

static void open_other_end(void) {
  CHECK(open(path, O_WRONLY) >= 0);
}

__attribute__((noinline)) static void start(const char* how) {
  CHECK(pthread_mutex_lock(&files) == 0);
  const int file = is(how, "open") ? open(path, O_RDONLY) : openat(AT_FDCWD, path, O_RDONLY);
  CHECK(file >= 0);
  CHECK(pthread_mutex_unlock(&files) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  snprintf(path, sizeof path, "/tmp/gordian-fifo-%d", getpid());
  CHECK(mkfifo(path, 0600) == 0);
  wake_by(open_other_end);
  start(argv[1]);
  helper_done();
  CHECK(unlink(path) == 0);
  return 0;
}
