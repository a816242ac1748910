// SPDX-License-Identifier: Apache-2.0
// Calls of a slow machine, played by a library preloaded behind ours: with a lock held, each takes 20 ms.
//
// library: slow
// args: fsync
// args: fdatasync
// args: sync_file_range
// args: msync
// args: pread
// args: pwrite
// args: preadv
// args: pwritev
// args: getaddrinfo
// expect: lock-held-across-io severity=warning locks=1 names=journal functions=save message=waits
#include "tests/e2e/asleep.h"

#include <netdb.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "tests/e2e/temporary_file.h"

#if defined(LIBRARY_slow)

static int slowly(void) {
  const struct timespec long_time = {0, 20000000};
  return (int)syscall(SYS_nanosleep, &long_time, NULL);
}

#define SLOW(result, name, parameters) \
  result name parameters {             \
    return slowly();                   \
  }
#pragma GCC diagnostic ignored "-Wunused-parameter"
SLOW(int, fsync, (int file))
SLOW(int, fdatasync, (int file))
SLOW(int, sync_file_range, (int file, off64_t from, off64_t size, unsigned flags))
SLOW(int, msync, (void* at, size_t size, int flags))
SLOW(ssize_t, pread, (int file, void* into, size_t size, off_t at))
SLOW(ssize_t, pwrite, (int file, const void* from, size_t size, off_t at))
SLOW(ssize_t, preadv, (int file, const struct iovec* parts, int count, off_t at))
SLOW(ssize_t, pwritev, (int file, const struct iovec* parts, int count, off_t at))
SLOW(int, getaddrinfo,
     (const char* host, const char* service, const struct addrinfo* hints, struct addrinfo** found))

#else

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;
static char block[4096] __attribute__((aligned(4096)));

__attribute__((noinline)) static void save(const char* how, int file) {
  const struct iovec part = {block, sizeof block};
  struct addrinfo* found;
  CHECK(pthread_mutex_lock(&journal) == 0);
  if (is(how, "fsync")) CHECK(fsync(file) == 0);
  if (is(how, "fdatasync")) CHECK(fdatasync(file) == 0);
  if (is(how, "sync_file_range")) CHECK(sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE) == 0);
  if (is(how, "msync")) CHECK(msync(block, sizeof block, MS_SYNC) == 0);
  if (is(how, "pread")) CHECK(pread(file, block, sizeof block, 0) == 0);
  if (is(how, "pwrite")) CHECK(pwrite(file, block, sizeof block, 0) == 0);
  if (is(how, "preadv")) CHECK(preadv(file, &part, 1, 0) == 0);
  if (is(how, "pwritev")) CHECK(pwritev(file, &part, 1, 0) == 0);
  if (is(how, "getaddrinfo")) CHECK(getaddrinfo("localhost", NULL, NULL, &found) == 0);
  CHECK(pthread_mutex_unlock(&journal) == 0);
}

int main(int argc, char** argv) {
  if (argc == 2) {
    char preload[8192];
    const char* before = getenv("LD_PRELOAD");
    snprintf(preload, sizeof preload, "%s%s%s.slow.so", before != NULL ? before : "",
             before != NULL ? ":" : "", argv[0]);
    CHECK(setenv("LD_PRELOAD", preload, 1) == 0);
    execl("/proc/self/exe", argv[0], argv[1], "again", NULL);
    CHECK(!"started again");
  }
  Path path;
  make_file(path, "journal");
  save(argv[1], open_file(path));
  CHECK(unlink(path) == 0);
  return 0;
}

#endif
