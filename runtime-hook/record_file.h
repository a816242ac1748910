// SPDX-License-Identifier: Apache-2.0
//
// The append side of the record file: see core/format/trace_format.h for the layout and for why a claim is a
// compare-and-swap of the record's first word.
//
// Thread safety: append() and drop() by any number of threads, lock-free. No call allocates or blocks;
// append() may make one system call when the file must grow.
#ifndef GORDIAN_RUNTIME_HOOK_RECORD_FILE_H
#define GORDIAN_RUNTIME_HOOK_RECORD_FILE_H

#include <cstddef>
#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/mapped_file.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

// Counts traces of this process image: 1, then one more after each fork. References into a trace are only
// good in the epoch they were made in.
extern uint32_t trace_epoch __attribute__((visibility("hidden")));

class RecordFile {
 public:
  // Returns 0 or an errno value.
  int create(const char* path, size_t limit, uint64_t nonce);

  format::FileHeader& header() { return *reinterpret_cast<format::FileHeader*>(file_.base()); }
  const MappedFile& file() const { return file_; }
  // From now on without system calls.
  void confine() { file_.confine(uint64_t{16} << 20); }

  MappedFile& file() { return file_; }

  // Claims room for a Record plus `extra` bytes behind it and lets `fill` write it; the record becomes
  // visible to readers when it returns. Gives a null reference, and counts the loss, when there is no room.
  template <typename Ref, typename Record, typename Fill>
  Ref append(format::RecordType type, size_t extra, Fill fill) {
    const uint64_t offset = claim(type, sizeof(Record) + extra);
    if (offset == 0) return Ref::none;
    auto* record = reinterpret_cast<Record*>(file_.base() + offset);
    fill(*record, reinterpret_cast<char*>(record + 1));
    commit(offset);
    return static_cast<Ref>(offset / format::kRecordAlignment);
  }

  template <typename Record, typename Ref>
  Record& at(Ref ref) {
    return *reinterpret_cast<Record*>(file_.base() +
                                      size_t{static_cast<uint32_t>(ref)} * format::kRecordAlignment);
  }

  void drop(format::Dropped reason) {
    std::atomic_ref(header().dropped[static_cast<uint32_t>(reason)]).fetch_add(1, std::memory_order_relaxed);
  }

 private:
  uint64_t claim(format::RecordType type, size_t size);
  void commit(uint64_t offset);

  MappedFile file_;
};

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_RECORD_FILE_H
