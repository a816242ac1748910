// SPDX-License-Identifier: Apache-2.0
// The healthy twin of reads_pipe_with_lock.c: what is read is there already, or the pipe does not block, or
// the read ends before the lock is taken.
//
// args: ready
// args: nonblocking
// args: unlocked
// expect: silent
#include "tests/e2e/asleep.h"

#include <errno.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

static void write_line(void) {
  CHECK(write(ends[1], "x\n", 2) == 2);
}

int main(int argc, char** argv) {
  char text[8];
  CHECK(argc == 2 && pipe2(ends, is(argv[1], "nonblocking") ? O_NONBLOCK : 0) == 0);
  if (is(argv[1], "unlocked")) {
    wake_by(write_line);
    CHECK(read(ends[0], text, sizeof text) == 2);
    helper_done();
  }
  if (is(argv[1], "ready")) write_line();
  CHECK(pthread_mutex_lock(&lock) == 0);
  if (is(argv[1], "ready")) CHECK(read(ends[0], text, sizeof text) == 2);
  if (is(argv[1], "nonblocking")) CHECK(read(ends[0], text, sizeof text) == -1 && errno == EAGAIN);
  CHECK(pthread_mutex_unlock(&lock) == 0);
  return 0;
}
