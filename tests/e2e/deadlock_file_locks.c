// SPDX-License-Identifier: Apache-2.0
// Two files, each opened by each of two threads, and locked in opposite orders at the same time.
//
// expect: deadlock tier=actual locks=2 functions=take_first,take_second kinds=file-lock
// ended: deadlock
// live: error: deadlock:
#include "tests/e2e/deadlock_pairs.h"

#include <sys/file.h>

#include "tests/e2e/temporary_file.h"

static int files[2][2];  // by thread

static void take_first(int side) {
  CHECK(flock(files[side][side], LOCK_EX) == 0);
}

static void take_second(int side) {
  flock(files[side][1 - side], LOCK_EX);
}

int main(void) {
  for (int file = 0; file < 2; ++file) {
    char path[] = "/tmp/gordian-test-XXXXXX";
    files[0][file] = mkstemp(path);
    files[1][file] = open(path, O_RDWR);
    unlink(path);
    CHECK(files[0][file] >= 0 && files[1][file] >= 0);
  }
  run_pair();
  return 0;
}
