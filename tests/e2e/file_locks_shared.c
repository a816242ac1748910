// SPDX-License-Identifier: Apache-2.0
// Threads that share file locks for reading do not wait for each other, and one that only tries waits for
// nobody: opposite orders mean nothing.
//
// args: readers
// args: trial
// expect: silent
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>

static Path one, other;
static int tries;

static void both(const char* first, const char* second, int outer_how, int inner_how) {
  const int outer = open_file(first);
  const int inner = open_file(second);
  CHECK(flock(outer, outer_how) == 0);
  CHECK(flock(inner, inner_how) == 0);
  CHECK(close(inner) == 0);
  CHECK(close(outer) == 0);
}

static void forward(void) {
  both(one, other, tries ? LOCK_EX : LOCK_SH, tries ? LOCK_EX : LOCK_SH);
}

static void backward(void) {
  both(other, one, tries ? LOCK_EX : LOCK_SH, tries ? LOCK_EX | LOCK_NB : LOCK_SH);
}

int main(int argc, char** argv) {
  tries = argc == 2 && strcmp(argv[1], "trial") == 0;
  make_file(one, "one");
  make_file(other, "other");
  static const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  unlink(one);
  unlink(other);
  return 0;
}
