// SPDX-License-Identifier: Apache-2.0
#include "core/format/hot_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <unordered_set>

#include "core/format/trace_reader.h"

namespace gordian {
namespace {

constexpr int kLooks = 4;
constexpr size_t kMostSlots = 1 << 16;

template <typename T>
bool read_at(int file, uint64_t offset, T& into) {
  return pread(file, &into, sizeof into, static_cast<off_t>(offset)) == static_cast<ssize_t>(sizeof into);
}

bool is_same_moment(const format::ThreadSlot& a, const format::ThreadSlot& b) {
  return a.top == b.top && a.bottom == b.bottom && a.held == b.held && a.waits == b.waits &&
         a.waiting == b.waiting && a.tid == b.tid && a.state == b.state;
}

bool is_kind(format::LockKind kind) {
  return static_cast<uint32_t>(kind) < format::kLockKinds;
}

HotWait wait_in(const format::ThreadSlot& slot) {
  if (slot.waiting == format::WaitKind::nothing || slot.waiting > format::WaitKind::thread ||
      !is_kind(slot.waiting_lock))
    return {};
  return {slot.waiting,
          slot.waiting_for,
          slot.waiting_with,
          slot.waiting_lock,
          slot.waiting_mode == format::AcquireMode::timed,
          slot.waiting_flags,
          slot.waiting_since_ns,
          slot.waiting_stack,
          slot.waits,
          slot.waiting_unheard};
}

}  // namespace

HotReader::HotReader(const std::filesystem::path& file, uint64_t nonce)
    // O_NONBLOCK: a FIFO in its place would keep us here.
    : file_(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {
  if (file_ < 0)
    throw BadTrace(fmt::format("{}: cannot be opened ({})", file.string(), std::strerror(errno)));
  format::HotHeader header{};
  const bool read = read_at(file_, 0, header);
  const char* problem = nullptr;
  if (!read || std::memcmp(header.magic, format::kHotMagic, sizeof header.magic) != 0) {
    problem = "is not a hot file of Gordian's";
  } else if (header.version != format::kVersion || header.slot_size != format::kSlotSize) {
    problem = "has a version that this gordian cannot read";
  } else if (header.nonce != nonce) {
    problem = "belongs to another trace";
  }
  if (problem == nullptr) return;
  close(file_);
  throw BadTrace(fmt::format("{}: {}", file.string(), problem));
}

HotReader::~HotReader() {
  close(file_);
}

std::vector<HotThread> HotReader::threads() const {
  std::vector<HotThread> threads;
  format::HotHeader header{};
  struct stat status {};
  if (!read_at(file_, 0, header) || fstat(file_, &status) != 0) return threads;
  // All held sets have a place of their own in the file.
  uint64_t room = kLooks * (static_cast<uint64_t>(status.st_size) / sizeof(format::HeldEntry));
  std::unordered_set<uint64_t> seen;
  format::ThreadSlot slot{};
  for (uint64_t at = header.last_slot;
       at != 0 && seen.size() < kMostSlots && seen.insert(at).second && read_slot(at, slot);
       at = slot.previous) {
    if (slot.state != format::SlotState::free && slot.state <= format::SlotState::left_behind)
      threads.push_back(read_thread(at, slot, room));
  }
  return threads;
}

bool HotReader::read_slot(uint64_t offset, format::ThreadSlot& slot) const {
  return offset % format::kSlotSize == 0 && read_at(file_, offset, slot);
}

HotThread HotReader::read_thread(uint64_t offset, const format::ThreadSlot& first, uint64_t& room) const {
  format::ThreadSlot before = first;
  format::ThreadSlot after{};
  HotThread thread;
  for (int look = 0; look < kLooks; ++look) {
    thread = {before.thread,           before.tid,      before.state == format::SlotState::ending,
              read_held(before, room), wait_in(before), before.state == format::SlotState::left_behind};
    if (!read_slot(offset, after)) break;
    if (is_same_moment(before, after)) return thread;
    before = after;
  }
  thread.wait = {};
  return thread;
}

std::vector<HotLock> HotReader::read_held(const format::ThreadSlot& slot, uint64_t& room) const {
  std::vector<HotLock> held;
  const uint64_t bytes = slot.top - slot.bottom;
  const uint64_t count = bytes / sizeof(format::HeldEntry);
  if (slot.top <= slot.bottom || bytes % sizeof(format::HeldEntry) != 0 || count > room) return held;
  room -= count;
  std::vector<format::HeldEntry> entries(count);
  if (pread(file_, entries.data(), bytes, static_cast<off_t>(slot.held)) != static_cast<ssize_t>(bytes))
    return held;
  for (const format::HeldEntry& entry : entries) {
    // 0: another thread released it.
    if (entry.lock == 0 || !is_kind(entry.kind)) continue;
    held.push_back({entry.lock, entry.kind, entry.id, (entry.shared & format::kReadLock) != 0,
                    entry.recursion & format::kTimesTaken, entry.private_[format::kPathWord]});
  }
  return held;
}

}  // namespace gordian
