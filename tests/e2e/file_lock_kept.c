// SPDX-License-Identifier: Apache-2.0
// Neither the child of a vfork, which runs in this process's memory, nor that of a fork gives a lock back by
// closing its descriptor, nor does a copy of the descriptor onto itself.
//
// args: vfork
// args: fork
// args: itself
// expect: lock-order-cycle tier=plausible locks=2 names=/tmp/gordian-kept,m functions=keep,reverse
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>
#include <sys/wait.h>

static Path path;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static const char* by;

static void close_in_child(pid_t child, int file) {
  if (child == 0) {
    close(file);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void keep(void) {
  const int file = open_file(path);
  CHECK(flock(file, LOCK_EX) == 0);  // held: keep
  if (strcmp(by, "vfork") == 0) {
    close_in_child(vfork(), file);
  } else if (strcmp(by, "fork") == 0) {
    close_in_child(fork(), file);
  } else {
    CHECK(dup2(file, file) == file);
  }
  pthread_mutex_lock(&m);  // wanted: keep
  pthread_mutex_unlock(&m);
  CHECK(close(file) == 0);
}

static void reverse(void) {
  const int file = open_file(path);
  pthread_mutex_lock(&m);            // held: reverse
  CHECK(flock(file, LOCK_EX) == 0);  // wanted: reverse
  CHECK(close(file) == 0);
  pthread_mutex_unlock(&m);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  by = argv[1];
  make_file(path, "kept");
  static const Part parts[] = {keep, reverse};
  run_in_turn(2, parts);
  unlink(path);
  return 0;
}
