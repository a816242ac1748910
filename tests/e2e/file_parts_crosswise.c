// SPDX-License-Identifier: Apache-2.0
// Two processes lock parts of one file, and wait for parts that the other has, but not crosswise: one of them
// goes on. Nor does it matter that both change a lock on a whole file from shared to exclusive: that gives
// the shared one up first.
//
// expect: silent
#include "tests/e2e/support.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/e2e/temporary_file.h"

static Step* both_have;

static void lock_part(int file, long from, short type) {
  struct flock part = {.l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = 1};
  CHECK(fcntl(file, F_SETLKW, &part) == 0);
}

static void meet(int number) {
  advance(&both_have[number]);
  await(&both_have[number], 2);
}

static void work(const char* path, int side) {
  const int parts = open_file(path);
  lock_part(parts, side, F_WRLCK);
  meet(0);
  if (side == 0) {
    lock_part(parts, 1, F_WRLCK);
  } else {
    const struct timespec while_being = {0, 500000000};  // so long the other waits
    nanosleep(&while_being, NULL);
  }
  CHECK(close(parts) == 0);
  const int whole = open_file(path);
  CHECK(flock(whole, LOCK_SH) == 0);
  meet(1);
  CHECK(flock(whole, LOCK_EX) == 0);
  CHECK(close(whole) == 0);
}

int main(void) {
  Path path;
  make_file(path, "parts");
  both_have = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(both_have != MAP_FAILED);
  const pid_t child = fork();
  work(path, child == 0);
  if (child == 0) _exit(0);
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  unlink(path);
  return 0;
}
