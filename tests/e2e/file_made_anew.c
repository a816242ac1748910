// SPDX-License-Identifier: Apache-2.0
// A lock file that is deleted and made again is another lock, though it may get the same inode: its time of
// creation tells, if the clock of the file system has moved on.
//
// expect: silent
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>
#include <time.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static Path path;

// Two descriptions, as of two threads.
static int make_and_lock(void) {
  const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  CHECK(file >= 0);
  const int first = open_file(path);
  CHECK(flock(first, LOCK_EX) == 0);
  CHECK(close(first) == 0);
  CHECK(flock(file, LOCK_EX) == 0);
  return file;
}

static void first_life(void) {
  const int file = make_and_lock();
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  CHECK(unlink(path) == 0);
  CHECK(close(file) == 0);
}

static void await_tick(void) {
  struct timespec before, now;
  clock_gettime(CLOCK_REALTIME_COARSE, &before);
  do {
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
  } while (now.tv_nsec == before.tv_nsec);
}

static void second_life(void) {
  await_tick();
  pthread_mutex_lock(&m);
  const int file = make_and_lock();
  CHECK(unlink(path) == 0);
  CHECK(close(file) == 0);
  pthread_mutex_unlock(&m);
}

int main(void) {
  make_file(path, "anew");
  unlink(path);
  const Part parts[] = {first_life, second_life};
  run_in_turn(2, parts);
  return 0;
}
