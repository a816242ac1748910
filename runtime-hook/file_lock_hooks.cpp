// SPDX-License-Identifier: Apache-2.0
//
// flock(), lockf() and the record locks of fcntl(), see file_locks.h; and what closes a descriptor or copies
// it, which only matters once there are file locks.
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "runtime-hook/file_locks.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"

using namespace gordian::hook;

namespace {

// F_SETLK and its kin. A wrong pointer is for the kernel to complain of.
int set_record_lock(int fd, int command, void* argument, FileLockType type, AcquireMode mode, CallSite site) {
  const auto call = [=] { return real.fcntl(fd, command, argument); };
  if (!is_readable(reinterpret_cast<uint64_t>(argument))) return call();
  const short wanted = static_cast<const struct flock*>(argument)->l_type;
  if (wanted == F_UNLCK) note_unlock(fd, type);
  if (wanted != F_RDLCK && wanted != F_WRLCK) return call();
  return take_file_lock(fd, type, {mode, wanted == F_RDLCK}, site, call);
}

}  // namespace

GORDIAN_EXPORT int flock(int fd, int operation) {
  ensure_resolved();
  const auto call = [=] { return real.flock(fd, operation); };
  const int wanted = operation & ~LOCK_NB;
  if (wanted == LOCK_UN) note_unlock(fd, FileLockType::flock);
  if (wanted != LOCK_SH && wanted != LOCK_EX) return call();
  const auto mode = wanted == operation ? AcquireMode::blocking : AcquireMode::try_only;
  return take_file_lock(fd, FileLockType::flock, {mode, wanted == LOCK_SH}, GORDIAN_CALL_SITE(), call);
}

GORDIAN_EXPORT int lockf(int fd, int command, off_t length) {
  ensure_resolved();
  const auto call = [=] { return real.lockf(fd, command, length); };
  if (command == F_ULOCK) note_unlock(fd, FileLockType::process_record);
  if (command != F_LOCK && command != F_TLOCK) return call();
  const auto mode = command == F_LOCK ? AcquireMode::blocking : AcquireMode::try_only;
  return take_file_lock(fd, FileLockType::process_record, {mode}, GORDIAN_CALL_SITE(), call);
}

// Like glibc, takes an argument for granted, and hands it on as it came.
GORDIAN_EXPORT int fcntl(int fd, int command, ...) {
  ensure_resolved();
  va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  const auto set_lock = [&, site = GORDIAN_CALL_SITE()](FileLockType type, AcquireMode mode) {
    return set_record_lock(fd, command, argument, type, mode, site);
  };
  switch (command) {
    case F_SETLK:
      return set_lock(FileLockType::process_record, AcquireMode::try_only);
    case F_SETLKW:
      return set_lock(FileLockType::process_record, AcquireMode::blocking);
    case F_OFD_SETLK:
      return set_lock(FileLockType::description_record, AcquireMode::try_only);
    case F_OFD_SETLKW:
      return set_lock(FileLockType::description_record, AcquireMode::blocking);
    default:
      break;
  }
  const int result = real.fcntl(fd, command, argument);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) note_copy(fd, result);
  return result;
}

// The hook closes a file itself while it makes ready.
GORDIAN_EXPORT int close(int fd) {
  if (real.close == nullptr) ensure_resolved();
  note_close(fd);
  return real.close(fd);
}

GORDIAN_EXPORT int fclose(FILE* stream) {
  ensure_resolved();
  if (descriptors != nullptr) {
    const KeepErrno keep;
    note_close(fileno(stream));
  }
  return real.fclose(stream);
}

GORDIAN_EXPORT int dup(int fd) {
  ensure_resolved();
  const int copy = real.dup(fd);
  note_copy(fd, copy);
  return copy;
}

GORDIAN_EXPORT int dup2(int fd, int copy) {
  ensure_resolved();
  if (copy != fd) note_close(copy);
  const int result = real.dup2(fd, copy);
  note_copy(fd, result);
  return result;
}

GORDIAN_EXPORT int dup3(int fd, int copy, int flags) {
  ensure_resolved();
  if (copy != fd) note_close(copy);
  const int result = real.dup3(fd, copy, flags);
  note_copy(fd, result);
  return result;
}

// Other names for the same, where file offsets have 64 bits anyway.
static_assert(sizeof(off_t) == sizeof(off64_t) && sizeof(struct flock) == sizeof(struct flock64));
GORDIAN_EXPORT GORDIAN_SAME_AS(lockf)
int lockf64(int, int, off64_t);
GORDIAN_EXPORT GORDIAN_SAME_AS(fcntl)
int fcntl64(int, int, ...);
