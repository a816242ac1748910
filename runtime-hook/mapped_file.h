// SPDX-License-Identifier: Apache-2.0
//
// A file mapped shared over its whole possible length at once and backed by storage piece by piece, so that
// pointers into it never move and a store into a backed part can never fault.
//
// Why fallocate before every first store: a store into a hole of a full disk is a SIGBUS in the program under
// test. The descriptor is kept, close-on-exec and far from the numbers a program sees, because after a setuid
// or chroot the path may no longer open. A program that closes every descriptor closes this one too; then the
// number may mean another file, so it is compared with the file's identity before each use and reopened by
// path if need be.
//
// Thread safety: back() may be called by any number of threads; create() and abandon() by one, alone.
#ifndef GORDIAN_RUNTIME_HOOK_MAPPED_FILE_H
#define GORDIAN_RUNTIME_HOOK_MAPPED_FILE_H

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace gordian::hook {

class MappedFile {
 public:
  static constexpr size_t kMaxPath = 512;

  // Creates `path` (0600, O_EXCL, O_NOFOLLOW), maps `limit` bytes of it and backs the first `initial`.
  // Returns 0 or an errno value; on failure nothing is left behind.
  int create(const char* path, size_t limit, size_t initial);

  // Private memory in the shape of a file, for when there is no place for one.
  int create_anonymous(size_t limit);

  // Backs at least the first `end` bytes. False: limit reached, disk full, or file-size limit of the process.
  bool back(uint64_t end);

  // From now on without system calls: what is backed must do, with `room` bytes more that are backed now.
  void confine(uint64_t room);

  // Forgets the mapping without touching the file: for the child after fork.
  void abandon();

  void remove();

  char* base() const { return base_; }
  const char* path() const { return path_; }
  uint64_t backed() const;

 private:
  int descriptor();

  char* base_ = nullptr;
  uint64_t limit_ = 0;
  bool confined_ = false;
  uint64_t backed_ = 0;
  int fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  char path_[kMaxPath] = {};
};

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_MAPPED_FILE_H
