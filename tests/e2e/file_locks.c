// SPDX-License-Identifier: Apache-2.0
// Two files, locked in opposite orders by two threads which have opened them each for itself: with flock, and
// with record locks that belong to the open file.
//
// args: flock
// args: record
// expect: lock-order-cycle tier=plausible locks=2 names=/tmp/gordian-one,/tmp/gordian-other
// functions=forward,backward modes=blocking kinds=file-lock
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>

static Path one, other;
static int by_flock;

static struct flock whole_file(short type) {
  return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

static void lock(int file) {
  struct flock record = whole_file(F_WRLCK);
  CHECK((by_flock ? flock(file, LOCK_EX) : fcntl(file, F_OFD_SETLKW, &record)) == 0);
}

static void unlock(int file) {
  struct flock record = whole_file(F_UNLCK);
  CHECK((by_flock ? flock(file, LOCK_UN) : fcntl(file, F_OFD_SETLK, &record)) == 0);
}

static void both(const char* first, const char* second) {
  const int outer = open_file(first);
  const int inner = open_file(second);
  lock(outer);
  lock(inner);
  unlock(inner);
  unlock(outer);
  close(inner);
  close(outer);
}

static void forward(void) {
  both(one, other);
  __asm__ volatile("");  // no tail call: the function is to be seen
}

static void backward(void) {
  both(other, one);
  __asm__ volatile("");
}

int main(int argc, char** argv) {
  by_flock = argc == 2 && strcmp(argv[1], "flock") == 0;
  make_file(one, "one");
  make_file(other, "other");
  static const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  unlink(one);
  unlink(other);
  return 0;
}
