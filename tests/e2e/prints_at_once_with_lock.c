// SPDX-License-Identifier: Apache-2.0
// The healthy twin of prints_with_lock.c: what is printed goes to the stream's buffer, and out when nothing
// is held.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  static char buffer[4096];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  CHECK(pthread_mutex_lock(&log_lock) == 0);
  printf("%d %s %Lf %c\n", 1, "two", 3.0L, '4');
  fprintf(stdout, "%5.2f|%-6d|%zu\n", 2.5, 7, sizeof buffer);
  CHECK(puts("puts") >= 0 && fputs("fputs\n", stdout) >= 0 && fwrite("fwrite\n", 1, 7, stdout) == 7);
  CHECK(pthread_mutex_unlock(&log_lock) == 0);
  CHECK(fflush(stdout) == 0);
  return 0;
}
