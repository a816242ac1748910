// SPDX-License-Identifier: Apache-2.0
//
// Input and output by descriptor, for what they wait while a lock is held: see blocking_call.h. Among them,
// what the compiler makes of these calls with _FORTIFY_SOURCE.
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runtime-hook/blocking_call.h"

using namespace gordian::hook;

GORDIAN_WATCH(ssize_t, read, fd, (int fd, void* into, size_t size), (fd, into, size))
GORDIAN_WATCH(ssize_t, write, fd, (int fd, const void* from, size_t size), (fd, from, size))
GORDIAN_WATCH(ssize_t, pread, fd, (int fd, void* into, size_t size, off_t at), (fd, into, size, at))
GORDIAN_WATCH(ssize_t, pwrite, fd, (int fd, const void* from, size_t size, off_t at), (fd, from, size, at))
GORDIAN_WATCH(ssize_t, readv, fd, (int fd, const iovec* parts, int count), (fd, parts, count))
GORDIAN_WATCH(ssize_t, writev, fd, (int fd, const iovec* parts, int count), (fd, parts, count))
GORDIAN_WATCH(ssize_t, preadv, fd, (int fd, const iovec* parts, int count, off_t at), (fd, parts, count, at))
GORDIAN_WATCH(ssize_t, pwritev, fd, (int fd, const iovec* parts, int count, off_t at), (fd, parts, count, at))
GORDIAN_WATCH_AS(read, ssize_t, __read_chk, fd, (int fd, void* into, size_t size, size_t room),
                 (fd, into, size, room))
GORDIAN_WATCH_AS(pread, ssize_t, __pread_chk, fd, (int fd, void* into, size_t size, off_t at, size_t room),
                 (fd, into, size, at, room))

GORDIAN_WATCH(int, fsync, fd, (int fd), (fd))
GORDIAN_WATCH(int, fdatasync, fd, (int fd), (fd))
GORDIAN_WATCH(int, sync_file_range, fd, (int fd, off64_t from, off64_t size, unsigned flags),
              (fd, from, size, flags))
GORDIAN_WATCH(int, msync, kNoDescriptor, (void* at, size_t size, int flags), (at, size, flags))

namespace {

// What is opened is known when it is open.
template <typename Call>
__attribute__((noinline)) int watch_open(BlockingCall which, CallSite site, Call call) {
  const CallBegun begun = begin_call(which, site);
  const int fd = call();
  if (has_slept(begun)) note_sleep(which, site, begun, fd);
  return fd;
}

}  // namespace

// Like glibc, takes a mode only where the flags ask for one.
GORDIAN_EXPORT int open(const char* path, int flags, ...) {
  if (real.open == nullptr) [[unlikely]]
    ensure_resolved();
  mode_t mode = 0;
  if (__OPEN_NEEDS_MODE(flags)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (!holds_locks()) [[likely]]
    return real.open(path, flags, mode);
  return watch_open(BlockingCall::open, GORDIAN_CALL_SITE(), [=] { return real.open(path, flags, mode); });
}

GORDIAN_EXPORT int openat(int directory, const char* path, int flags, ...) {
  if (real.openat == nullptr) [[unlikely]]
    ensure_resolved();
  mode_t mode = 0;
  if (__OPEN_NEEDS_MODE(flags)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (!holds_locks()) [[likely]]
    return real.openat(directory, path, flags, mode);
  return watch_open(BlockingCall::openat, GORDIAN_CALL_SITE(),
                    [=] { return real.openat(directory, path, flags, mode); });
}

GORDIAN_EXPORT int __open_2(const char* path, int flags) {
  if (real.__open_2 == nullptr) [[unlikely]]
    ensure_resolved();
  if (!holds_locks()) [[likely]]
    return real.__open_2(path, flags);
  return watch_open(BlockingCall::open, GORDIAN_CALL_SITE(), [=] { return real.__open_2(path, flags); });
}

GORDIAN_EXPORT int __openat_2(int directory, const char* path, int flags) {
  if (real.__openat_2 == nullptr) [[unlikely]]
    ensure_resolved();
  if (!holds_locks()) [[likely]]
    return real.__openat_2(directory, path, flags);
  return watch_open(BlockingCall::openat, GORDIAN_CALL_SITE(),
                    [=] { return real.__openat_2(directory, path, flags); });
}

// Other names for the same, where file offsets have 64 bits anyway.
static_assert(sizeof(off_t) == sizeof(off64_t));
GORDIAN_EXPORT GORDIAN_SAME_AS(pread)
ssize_t pread64(int, void*, size_t, off64_t);
GORDIAN_EXPORT GORDIAN_SAME_AS(pwrite)
ssize_t pwrite64(int, const void*, size_t, off64_t);
GORDIAN_EXPORT GORDIAN_SAME_AS(preadv)
ssize_t preadv64(int, const iovec*, int, off64_t);
GORDIAN_EXPORT GORDIAN_SAME_AS(pwritev)
ssize_t pwritev64(int, const iovec*, int, off64_t);
GORDIAN_EXPORT GORDIAN_SAME_AS(__pread_chk)
ssize_t __pread64_chk(int, void*, size_t, off64_t, size_t);
GORDIAN_EXPORT GORDIAN_SAME_AS(open)
int open64(const char*, int, ...);
GORDIAN_EXPORT GORDIAN_SAME_AS(openat)
int openat64(int, const char*, int, ...);
GORDIAN_EXPORT GORDIAN_SAME_AS(__open_2)
int __open64_2(const char*, int);
GORDIAN_EXPORT GORDIAN_SAME_AS(__openat_2)
int __openat64_2(int, const char*, int);
