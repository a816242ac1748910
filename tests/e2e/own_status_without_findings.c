// SPDX-License-Identifier: Apache-2.0
// Without findings the command exits with 0, whatever the program's own status, and output passes through.
//
// exit: 9
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int main(int argc, char** argv) {
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
  printf("out %d %s\n", argc, strrchr(argv[0], '/') != NULL ? "path" : "no path");
  fputs("err\n", stderr);
  return 9;
}
