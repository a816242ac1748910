// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/shared_memory.h"

#include <fcntl.h>

#include "core/format/shared_key.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

namespace {

// The characters of a file, one by one; 0 behind the last.
class Characters {
 public:
  explicit Characters(const char* path) : fd_(is_confined() ? -1 : open(path, O_RDONLY | O_CLOEXEC)) {}
  ~Characters() {
    if (fd_ >= 0) close(fd_);
  }
  Characters(const Characters&) = delete;
  Characters& operator=(const Characters&) = delete;

  char next() {
    if (at_ == end_) {
      const ssize_t got = fd_ >= 0 ? read(fd_, buffer_, sizeof buffer_) : 0;
      if (got <= 0) return 0;
      at_ = buffer_;
      end_ = buffer_ + got;
    }
    return *at_++;
  }

  // The number up to the first character that is no digit of it; that one is taken too.
  uint64_t number(uint64_t base) {
    uint64_t value = 0;
    for (;;) {
      last_ = next();
      const uint64_t digit = last_ >= '0' && last_ <= '9'   ? static_cast<uint64_t>(last_ - '0')
                             : last_ >= 'a' && last_ <= 'f' ? static_cast<uint64_t>(last_ - 'a') + 10
                                                            : base;
      if (digit >= base) return value;
      value = value * base + digit;
    }
  }

  // Behind the next `end`; false: there is none.
  bool skip_past(char end) {
    while (last_ != end) {
      if ((last_ = next()) == 0) return false;
    }
    return true;
  }

 private:
  int fd_;
  char last_ = 0;
  char buffer_[4096];
  const char* at_ = buffer_;
  const char* end_ = buffer_;
};

}  // namespace

// A line: 7f1c0000-7f1c1000 rw-s 00000000 00:1a 4711     /dev/shm/name
uint64_t shared_key_at(uint64_t address) {
  const Unobtrusive unobtrusive;
  Characters maps("/proc/self/maps");
  do {
    const uint64_t begin = maps.number(16);
    const uint64_t end = maps.number(16);
    char access[5];
    for (char& c : access) c = maps.next();
    if (begin == end) return 0;  // the list is over
    if (address < begin || address >= end) continue;
    if (access[3] != 's') return 0;
    const uint64_t offset = maps.number(16);
    const auto major = static_cast<uint32_t>(maps.number(16));
    const auto minor = static_cast<uint32_t>(maps.number(16));
    const uint64_t inode = maps.number(10);
    return format::shared_key(major, minor, inode, offset + (address - begin));
  } while (maps.skip_past('\n'));
  return 0;
}

uint64_t boot_key() {
  Characters id("/proc/sys/kernel/random/boot_id");
  uint64_t key = 0;
  for (char c = id.next(); c != 0 && c != '\n'; c = id.next()) key = mix(key, static_cast<uint64_t>(c));
  return key;
}

}  // namespace gordian::hook
