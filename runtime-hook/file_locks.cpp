// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/file_locks.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

// An entry of `descriptors`: the file's part of the key, and in its low bits a bit for each type of lock that
// was wanted through the descriptor, and one for each that was taken and not given back.
constexpr uint64_t kDescriptors = 1 << 20;
constexpr uint64_t kBits = 63;
constexpr FileLockType kTypes[] = {FileLockType::flock, FileLockType::process_record,
                                   FileLockType::description_record};

uint64_t wanted_bit(FileLockType type) {
  return uint64_t{1} << static_cast<uint32_t>(type);
}
uint64_t taken_bit(FileLockType type) {
  return wanted_bit(type) << 3;
}

// The process's locks on a file go when any of its descriptors is closed: then each close has to look.
bool process_locks_used;

uint64_t* entry_of(int fd) {
  const bool known = fd >= 0 && static_cast<uint64_t>(fd) < kDescriptors;
  return known ? load(descriptors) + fd : nullptr;
}

// The file's part of the key. The time of its creation, where the file system has it, tells the file from an
// earlier one of the same inode number.
bool find_file(int fd, uint64_t& file) {
  struct statx status;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0) return false;
  uint64_t hash = mix(uint64_t{status.stx_dev_major} << 32 | status.stx_dev_minor, status.stx_ino);
  if ((status.stx_mask & STATX_BTIME) != 0) {
    hash = mix(hash, static_cast<uint64_t>(status.stx_btime.tv_sec));
    hash = mix(hash, status.stx_btime.tv_nsec);
  }
  file = kFileKey | ((hash << 8 >> 8) & ~kBits);
  return true;
}

void record_path(int fd, Lockable lock) {
  char link[32];
  char path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  name_lock(lock, path);
}

bool create_table() {
  if (load(descriptors) != nullptr) return true;
  auto* table = map_zeroed<uint64_t>(kDescriptors);
  uint64_t* none = nullptr;
  if (table != nullptr && !exchange_if(descriptors, none, table)) {
    munmap(table, kDescriptors * sizeof(uint64_t));
  }
  return load(descriptors) != nullptr;
}

void let_go(Lockable lock) {
  const bool own = release_all(lock);
  if (!own || file_lock_type(lock) == FileLockType::process_record) revoke(lock);
}

// What the child of a vfork closes stays open in its parent, whose memory this is.
bool is_vfork_child() {
  return recorder().header().pid != static_cast<uint32_t>(getpid());
}

}  // namespace

uint64_t* descriptors;

bool find_file_lock(int fd, FileLockType type, CallSite site, Lockable& lock) {
  const Unobtrusive unobtrusive;  // it may start the trace
  uint64_t file;
  // A signal handler that interrupted the hook may lock files, and close them.
  if (context.inside || context.acquiring) return false;
  if (!ensure_started() || !create_table() || !find_file(fd, file)) return false;
  lock = lockable_file(file, type);
  if (type == FileLockType::process_record) store(process_locks_used, true);
  uint64_t* const entry = entry_of(fd);
  if (entry == nullptr) return true;
  const uint64_t known = load(*entry);
  if ((known & ~kBits) == file && (known & wanted_bit(type)) != 0) return true;
  store(*entry, ((known & ~kBits) == file ? known : file) | wanted_bit(type));
  if (note_description(lock, site)) record_path(fd, lock);
  return true;
}

void note_taken(int fd, Lockable lock) {
  uint64_t* const entry = entry_of(fd);
  if (entry != nullptr) store(*entry, load(*entry) | taken_bit(file_lock_type(lock)));
}

void note_unlock(int fd, FileLockType type) {
  const KeepErrno keep;
  uint64_t file;
  if (load(descriptors) == nullptr || !find_file(fd, file)) return;
  if (uint64_t* entry = entry_of(fd)) store(*entry, load(*entry) & ~taken_bit(type));
  let_go(lockable_file(file, type));
}

void forget_descriptor(int fd) {
  const KeepErrno keep;
  uint64_t* const entry = entry_of(fd);
  const uint64_t known = entry != nullptr ? load(*entry) : 0;
  if ((known == 0 && !load(process_locks_used)) || is_vfork_child()) return;
  uint64_t file = known & ~kBits;
  if (known != 0) {
    store(*entry, uint64_t{0});
  } else if (!find_file(fd, file)) {
    return;
  }
  for (const FileLockType type : kTypes) {
    const Lockable lock = lockable_file(file, type);
    const bool goes = type == FileLockType::process_record
                          ? known_identity(lock).lock_class != format::StackRef::none
                          : (known & taken_bit(type)) != 0;
    if (goes) let_go(lock);
  }
}

void copy_descriptor(int from, int to) {
  const uint64_t* const source = entry_of(from);
  uint64_t* const copy = entry_of(to);
  if (source != nullptr && copy != nullptr) store(*copy, load(*source));
}

void forget_file_locks() {
  if (descriptors != nullptr) madvise(descriptors, kDescriptors * sizeof(uint64_t), MADV_DONTNEED);
  process_locks_used = false;
}

}  // namespace gordian::hook
