// SPDX-License-Identifier: Apache-2.0
// Locks that keep other processes off, but not the threads of this one, in opposite orders: record locks,
// which belong to the process; and flock through one descriptor that all threads share, or copies of it.
//
// args: fcntl
// args: lockf
// args: flock
// args: copies
// expect: silent
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>

static Path path;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int shared, copies[3];
static const char* by;

static void change(int file, short type) {
  struct flock record = {.l_type = type, .l_whence = SEEK_SET};
  if (strcmp(by, "fcntl") == 0) {
    CHECK(fcntl(file, F_SETLKW, &record) == 0);
  } else if (strcmp(by, "lockf") == 0) {
    CHECK(lockf(file, type == F_UNLCK ? F_ULOCK : F_LOCK, 0) == 0);
  } else {
    CHECK(flock(file, type == F_UNLCK ? LOCK_UN : LOCK_EX) == 0);
  }
}

static void lock_over(int file) {
  change(file, F_WRLCK);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  change(file, F_UNLCK);
}

static void lock_under(int file) {
  pthread_mutex_lock(&m);
  change(file, F_WRLCK);
  change(file, F_UNLCK);
  pthread_mutex_unlock(&m);
}

static void first(void) {
  const int own = open_file(path);
  lock_over(strcmp(by, "flock") == 0 ? shared : strcmp(by, "copies") == 0 ? copies[0] : own);
  close(own);
}

static void second(void) {
  const int own = open_file(path);
  lock_under(strcmp(by, "flock") == 0 ? shared : own);
  close(own);
}

static void use_copies(void) {
  for (int i = 0; i < 3; ++i) {
    lock_over(copies[i]);
    lock_under(copies[(i + 1) % 3]);
  }
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  by = argv[1];
  make_file(path, "shared");
  shared = open_file(path);
  lock_over(shared);
  copies[0] = dup(shared);
  copies[1] = fcntl(shared, F_DUPFD_CLOEXEC, 50);
  copies[2] = dup2(shared, 60);
  for (int i = 0; i < 3; ++i) CHECK(copies[i] >= 0);
  static const Part separate[] = {first, second};
  static const Part together[] = {use_copies, use_copies};
  run_in_turn(2, strcmp(by, "copies") == 0 ? together : separate);
  unlink(path);
  return 0;
}
