// SPDX-License-Identifier: Apache-2.0
// A read from an empty pipe, by every call that does that, with the outer and the inner of two locks held:
// told of the inner one.
//
// args: read
// args: readv
// args: fread
// args: fgets
// expect: lock-held-across-io severity=warning locks=1 names=inner functions=take message=pipe reason=pipe:
#include "tests/e2e/asleep.h"

#include <sys/uio.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

static void write_line(void) {
  CHECK(write(ends[1], "x\n", 2) == 2);
}

__attribute__((noinline)) static void take(const char* how) {
  char text[8];
  struct iovec part = {text, sizeof text};
  FILE* const stream = fdopen(ends[0], "r");
  CHECK(stream != NULL);
  CHECK(pthread_mutex_lock(&outer) == 0);
  CHECK(pthread_mutex_lock(&inner) == 0);
  if (is(how, "read")) CHECK(read(ends[0], text, sizeof text) == 2);
  if (is(how, "readv")) CHECK(readv(ends[0], &part, 1) == 2);
  if (is(how, "fread")) CHECK(fread(text, 1, 2, stream) == 2);
  if (is(how, "fgets")) CHECK(fgets(text, sizeof text, stream) == text);
  CHECK(pthread_mutex_unlock(&inner) == 0);
  CHECK(pthread_mutex_unlock(&outer) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2 && pipe(ends) == 0);
  wake_by(write_line);
  take(argv[1]);
  helper_done();
  return 0;
}
