// SPDX-License-Identifier: Apache-2.0
//
// Reads a hot file: what each thread of a process holds and waits for, at this moment, or when the process
// was killed.
//
// The process may be running and change the file under us. A thread is read until two looks agree; one that
// is too busy for that is given as it was seen last, without a wait. Nothing in the file is believed.
#ifndef GORDIAN_CORE_FORMAT_HOT_READER_H
#define GORDIAN_CORE_FORMAT_HOT_READER_H

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/format/trace_format.h"

namespace gordian {

struct HotLock {
  uint64_t address = 0;
  format::LockKind kind{};
  format::LockRef id{};
  bool shared = false;
  uint32_t recursion = 0;
  uint64_t path = 0;  // see format::PathRecord
};

struct HotWait {
  format::WaitKind kind = format::WaitKind::nothing;
  uint64_t object = 0;
  uint64_t with = 0;
  format::LockKind lock_kind{};
  bool timed = false;
  uint8_t flags = 0;      // format::WaitFlag
  uint64_t since_ns = 0;  // CLOCK_MONOTONIC
  format::StackRef stack{};
  uint32_t number = 0;  // of the thread's waits
  format::StackRef unheard{};

  friend bool operator==(const HotWait&, const HotWait&) = default;
};

struct HotThread {
  format::ThreadRef thread{};
  uint32_t tid = 0;
  bool ending = false;
  std::vector<HotLock> held;  // in order of acquisition
  HotWait wait = {};
  bool left_behind = false;  // in another process, see SlotState
};

class HotReader {
 public:
  // Throws BadTrace: the file cannot be opened, or is no hot file of the trace with that nonce.
  HotReader(const std::filesystem::path& file, uint64_t nonce);
  ~HotReader();
  HotReader(const HotReader&) = delete;
  HotReader& operator=(const HotReader&) = delete;

  // All threads, the newest first. O(threads + locks held), a few system calls for each thread; whatever the
  // file says, no more than its size allows for.
  std::vector<HotThread> threads() const;

 private:
  bool read_slot(uint64_t offset, format::ThreadSlot& slot) const;
  // `room`: entries of held sets that may still be read.
  HotThread read_thread(uint64_t offset, const format::ThreadSlot& first, uint64_t& room) const;
  std::vector<HotLock> read_held(const format::ThreadSlot& slot, uint64_t& room) const;

  int file_ = -1;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_FORMAT_HOT_READER_H
