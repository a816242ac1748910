// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/mapped_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "runtime-hook/sys.h"

namespace gordian::hook {

namespace {

constexpr uint64_t kLargestStep = 1 << 20;
constexpr int kHighDescriptor = 1000;

// Where the file system cannot preallocate: zeros behind the end of the file, wherever that is by now.
// Appending, and never writing at a place, so that two threads growing the file at once overwrite nothing of
// a third's.
int append_zeros(int fd, uint64_t to) {
  static const char zeros[4096] = {};
  const iovec block = {const_cast<char*>(zeros), sizeof zeros};
  struct stat status;
  while (fstat(fd, &status) == 0 && static_cast<uint64_t>(status.st_size) < to) {
    if (pwritev2(fd, &block, 1, 0, RWF_APPEND) != static_cast<ssize_t>(sizeof zeros)) return ENOSPC;
  }
  return 0;
}

// Gives the first `to` bytes, of which the first `from` have it, storage.
int allocate(int fd, uint64_t from, uint64_t to) {
  // Growing past RLIMIT_FSIZE would send the program a SIGXFSZ.
  rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && to > limit.rlim_cur) {
    return EFBIG;
  }
  const long result =
      call_kernel(SYS_fallocate, fd, 0, static_cast<off_t>(from), static_cast<off_t>(to - from));
  return result == -EOPNOTSUPP || result == -ENOSYS ? append_zeros(fd, to) : static_cast<int>(-result);
}

int move_out_of_the_way(int fd) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return fd;
  const auto want =
      limit.rlim_cur > kHighDescriptor + 24 ? kHighDescriptor : static_cast<int>(limit.rlim_cur) - 24;
  if (want <= fd) return fd;
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, want);
  if (high < 0) return fd;
  close(fd);
  return high;
}

}  // namespace

int MappedFile::create(const char* path, size_t limit, size_t initial) {
  if (strlen(path) >= sizeof path_) return ENAMETOOLONG;
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  fd = move_out_of_the_way(fd);
  struct stat status;
  int error = fstat(fd, &status) == 0 ? 0 : errno;
  if (error == 0) error = allocate(fd, 0, initial);
  void* memory = MAP_FAILED;
  if (error == 0) {
    memory = mmap(nullptr, limit, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (memory == MAP_FAILED) error = errno;
  }
  if (error != 0) {
    close(fd);
    unlink(path);
    return error;
  }
  base_ = static_cast<char*>(memory);
  limit_ = limit;
  backed_ = initial;
  fd_ = fd;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  strcpy(path_, path);
  return 0;
}

int MappedFile::create_anonymous(size_t limit) {
  base_ = map_zeroed<char>(limit);
  if (base_ == nullptr) return errno;
  limit_ = backed_ = limit;
  path_[0] = 0;
  return 0;
}

int MappedFile::descriptor() {
  struct stat status;
  const auto is_ours = [&](int fd) {
    return fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
  };
  if (is_ours(fd_)) return fd_;
  const int fd = open(path_, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (is_ours(fd)) return fd_ = move_out_of_the_way(fd);
  if (fd >= 0) close(fd);
  return -1;
}

bool MappedFile::back(uint64_t end) {
  uint64_t backed = load(backed_, std::memory_order_acquire);
  if (end <= backed) return true;
  if (end > limit_ || load(confined_)) return false;
  const int fd = descriptor();
  if (fd < 0) return false;
  // Doubling up to a step of 1 MiB: few calls for large traces, little waste for small ones. Where there is
  // no room for that, as much as is needed.
  const uint64_t step = backed < kLargestStep ? backed : kLargestStep;
  const uint64_t least = (end + 4095) & ~uint64_t{4095};
  uint64_t target = least > backed + step ? least : backed + step;
  if (target > limit_) target = limit_;
  if (allocate(fd, backed, target) != 0) {
    target = least < limit_ ? least : limit_;
    if (allocate(fd, backed, target) != 0) return false;
  }
  // Another thread may have backed as much at the same time: allocating twice is harmless, the mark only
  // rises.
  while (backed < target && !exchange_if(backed_, backed, target)) {
  }
  return true;
}

void MappedFile::confine(uint64_t room) {
  back(load(backed_) + room);  // or less, where there is no room
  store(confined_, true);
}

uint64_t MappedFile::backed() const {
  return load(backed_, std::memory_order_acquire);
}

void MappedFile::abandon() {
  if (base_ != nullptr) munmap(base_, limit_);
  struct stat status;
  if (fd_ >= 0 && fstat(fd_, &status) == 0 && status.st_dev == device_ && status.st_ino == inode_) close(fd_);
  *this = MappedFile();
}

void MappedFile::remove() {
  if (path_[0] != 0) unlink(path_);
}

}  // namespace gordian::hook
