// SPDX-License-Identifier: Apache-2.0
// Two processes that each have a lock on a file wait for a third, which has one too. They do not wait for
// each other: they have different parts of it, or have asked to change a shared lock to an exclusive one,
// which gives the shared one up.
//
// args: parts
// args: whole
// expect: silent
#include "tests/e2e/support.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/e2e/temporary_file.h"

enum { kProcesses = 3 };
static Step* all_have;

static void lock_part(int file, long part) {
  struct flock wanted = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = part, .l_len = 1};
  CHECK(fcntl(file, F_SETLKW, &wanted) == 0);
}

static void work(int file, int number, int parts) {
  parts ? lock_part(file, number) : CHECK(flock(file, LOCK_SH) == 0);
  advance(all_have);
  await(all_have, kProcesses);
  if (number == 0) {
    const struct timespec while_being = {0, 700000000};  // so long the others wait
    nanosleep(&while_being, NULL);
  } else {
    parts ? lock_part(file, 0) : CHECK(flock(file, LOCK_EX) == 0);
  }
  CHECK(close(file) == 0);
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  Path path;
  make_file(path, "parts");
  all_have = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(all_have != MAP_FAILED);
  for (int number = 1; number < kProcesses; ++number) {
    if (fork() != 0) continue;
    work(open_file(path), number, arguments[1][0] == 'p');
    _exit(0);
  }
  work(open_file(path), 0, arguments[1][0] == 'p');
  for (int number = 1; number < kProcesses; ++number) {
    int status;
    CHECK(wait(&status) > 0 && status == 0);
  }
  unlink(path);
  return 0;
}
