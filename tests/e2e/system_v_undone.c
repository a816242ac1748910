// SPDX-License-Identifier: Apache-2.0
// Permits taken with SEM_UNDO come back when the process ends, also those of a thread that has ended before.
// Those taken without are given back, several at once as they were taken.
//
// args: exit
// args: thread
// expect: silent
#include "tests/e2e/system_v_set.h"

static void* work(void* unused) {
  change(-3, 0);
  change(1, 0);
  change(2, 0);
  change(-1, SEM_UNDO);
  change(-2, SEM_UNDO);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  make_set(5);
  if (strcmp(argv[1], "thread") == 0) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  } else {
    work(NULL);
  }
  CHECK(semctl(set, 0, GETVAL) == 2);
  return 0;
}
