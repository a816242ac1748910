// SPDX-License-Identifier: Apache-2.0
// With a lock held, calls answer as they do without: results, errno, what is written to their arguments, also
// when they wait and are interrupted.
//
// flags: -O0
// flags: -O2
// expect: lock-held-across-io severity=warning names=lock functions=main message=pipe
// expect: wait-while-holding severity=warning names=lock functions=main
#ifdef __OPTIMIZE__
#define _FORTIFY_SOURCE 2  // the compiler then calls other functions, which check the buffers
#endif
#include "tests/e2e/asleep.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/e2e/temporary_file.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t main_thread;

static void on_signal(int number) {
  (void)number;
}
static void interrupt(void) {
  CHECK(pthread_kill(main_thread, SIGUSR1) == 0);
}

#define FAILS(call, error)                   \
  do {                                       \
    errno = 0;                               \
    CHECK((call) == -1 && errno == (error)); \
  } while (0)

int main(void) {
  Path path;
  int ends[2];
  char text[64] = "";
  volatile int flags = O_RDONLY;
  struct stat status;
  const struct sigaction action = {.sa_handler = on_signal};
  struct addrinfo* found;
  make_file(path, "answers");
  main_thread = pthread_self();
  CHECK(pipe(ends) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(pthread_mutex_lock(&lock) == 0);
  FAILS(read(-1, text, 1), EBADF);
  FAILS(write(-1, text, 1), EBADF);
  FAILS(fsync(ends[0]), EINVAL);
  FAILS(open("/nowhere/at/all", flags), ENOENT);
  FAILS(recv(ends[0], text, 1, 0), ENOTSOCK);
  wake_by(interrupt);
  FAILS(read(ends[0], text, 1), EINTR);
  helper_done();
  CHECK(getaddrinfo("127.0.0.1", "no such service", NULL, &found) != 0);
  errno = ERANGE;
  CHECK(unlink(path) == 0);
  const int file = open(path, O_RDWR | O_CREAT, 0640);
  CHECK(file >= 0 && errno == ERANGE);
  CHECK(fstat(file, &status) == 0 && (status.st_mode & 0777 & ~0640) == 0 && (status.st_mode & 0600) == 0600);
  CHECK(pwrite(file, "text", 4, 2) == 4 && pread(file, text, sizeof text, 2) == 4);
  CHECK(strcmp(text, "text") == 0);
  CHECK(pthread_mutex_unlock(&lock) == 0);
  CHECK(unlink(path) == 0);
  return 0;
}
