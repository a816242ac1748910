// SPDX-License-Identifier: Apache-2.0
// A file lock for reading that is made one for writing is waited for anew: under what was taken since.
//
// expect: lock-order-cycle tier=plausible locks=2 names=/tmp/gordian-upgraded,m functions=upgrade,write_file
#include "tests/e2e/temporary_file.h"

#include <sys/file.h>

static Path path;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void upgrade(void) {
  const int file = open_file(path);
  CHECK(flock(file, LOCK_SH) == 0);
  pthread_mutex_lock(&m);            // held: upgrade
  CHECK(flock(file, LOCK_EX) == 0);  // wanted: upgrade
  pthread_mutex_unlock(&m);
  CHECK(close(file) == 0);
}

static void write_file(void) {
  const int file = open_file(path);
  CHECK(flock(file, LOCK_EX) == 0);  // held: write
  pthread_mutex_lock(&m);            // wanted: write
  pthread_mutex_unlock(&m);
  CHECK(close(file) == 0);
}

int main(void) {
  make_file(path, "upgraded");
  const Part parts[] = {upgrade, write_file};
  run_in_turn(2, parts);
  unlink(path);
  return 0;
}
