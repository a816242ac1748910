// SPDX-License-Identifier: Apache-2.0
// Input and output that memory answers at once, with a lock held: the healthy twin of slow_calls_with_lock.c.
// It is noted that these calls may block.
//
// expect: lock-held-across-io severity=note tier=observed locks=1 names=journal functions=save reason=no
#include "tests/e2e/support.h"

#include "tests/e2e/temporary_file.h"

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void save(int file) {
  char text[8];
  CHECK(pthread_mutex_lock(&journal) == 0);
  CHECK(lseek(file, 0, SEEK_SET) == 0);
  CHECK(read(file, text, 0) == 0);
  CHECK(pthread_mutex_unlock(&journal) == 0);
}

int main(void) {
  Path path;
  make_file(path, "journal");
  save(open_file(path));
  CHECK(unlink(path) == 0);
  return 0;
}
