// SPDX-License-Identifier: Apache-2.0
// Standard output goes to a pipe that nobody empties for a while: every call that prints waits there.
//
// flags: -O0
// flags: -O2
// args: write
// args: writev
// args: puts
// args: fputs
// args: fwrite
// args: printf
// args: fprintf
// args: vprintf
// args: vfprintf
// args: fflush
// expect: lock-held-across-io severity=warning locks=1 names=log_lock functions=say message=console
#ifdef __OPTIMIZE__
#define _FORTIFY_SOURCE 2  // the compiler then calls other functions, which check the buffers
#endif
#include "tests/e2e/asleep.h"

#include <stdarg.h>
#include <sys/uio.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

static void empty_pipe(void) {
  static char text[1 << 20];
  CHECK(read(ends[0], text, sizeof text) > 0);
}

__attribute__((noinline)) static void say_list(const char* how, const char* format, ...) {
  va_list list;
  va_start(list, format);
  if (is(how, "vprintf")) CHECK(vprintf(format, list) > 0);
  if (is(how, "vfprintf")) CHECK(vfprintf(stdout, format, list) > 0);
  va_end(list);
}

__attribute__((noinline)) static void say(const char* how, int number) {
  struct iovec part = {(void*)"text", 4};
  CHECK(pthread_mutex_lock(&log_lock) == 0);
  if (is(how, "write")) CHECK(write(1, "text", 4) == 4);
  if (is(how, "writev")) CHECK(writev(1, &part, 1) == 4);
  if (is(how, "puts")) CHECK(puts("text") >= 0);
  if (is(how, "fputs")) CHECK(fputs("text", stdout) >= 0);
  if (is(how, "fwrite")) CHECK(fwrite("text", 1, 4, stdout) == 4);
  if (is(how, "printf")) CHECK(printf("%d\n", number) > 0);
  if (is(how, "fprintf")) CHECK(fprintf(stdout, "%d\n", number) > 0);
  if (how[0] == 'v') say_list(how, "%d\n", number);
  if (is(how, "fflush")) CHECK(fflush(stdout) == 0);
  CHECK(pthread_mutex_unlock(&log_lock) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2 && pipe2(ends, O_NONBLOCK) == 0);
  while (write(ends[1], argv, 1) == 1) {
  }
  CHECK(fcntl(ends[0], F_SETFL, 0) == 0 && fcntl(ends[1], F_SETFL, 0) == 0);
  if (is(argv[1], "fflush")) {
    printf("text");
  } else {
    setvbuf(stdout, NULL, _IONBF, 0);
  }
  CHECK(dup2(ends[1], 1) == 1);
  wake_by(empty_pipe);
  say(argv[1], argc);
  helper_done();
  CHECK(fflush(stdout) == 0);
  return 0;
}
