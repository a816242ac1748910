// SPDX-License-Identifier: Apache-2.0
//
// Traces made by hand: the bytes of a record file, in the words of a test.
#ifndef GORDIAN_TESTS_UNIT_TRACE_BUILDER_H
#define GORDIAN_TESTS_UNIT_TRACE_BUILDER_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/format/trace_format.h"
#include "core/format/trace_reader.h"

namespace gordian {

// Starts with a sound header of process 4711. Every call appends one committed record and gives its
// reference.
class TraceBuilder {
 public:
  TraceBuilder() {
    bytes_.reserve(1 << 16);  // GCC 12 takes the first allocation for the one that is written to later
    bytes_.resize(format::kHeaderSize);
    format::FileHeader& head = header();
    std::memcpy(head.magic, format::kRecordMagic, sizeof head.magic);
    head.version = format::kVersion;
    head.header_size = format::kHeaderSize;
    head.pid = 4711;
    head.parent_pid = 4000;
    head.tail = bytes_.size();
  }

  // Good until the next record.
  format::FileHeader& header() { return *reinterpret_cast<format::FileHeader*>(bytes_.data()); }
  format::RecordHeader& head_of(uint64_t offset) {
    return *reinterpret_cast<format::RecordHeader*>(bytes_.data() + offset);
  }
  const std::vector<char>& bytes() const { return bytes_; }
  void reserve(size_t bytes) { bytes_.reserve(bytes); }
  uint64_t size() const { return bytes_.size(); }
  TraceReader reader() const { return {"made.gordian", bytes_}; }

  template <typename Ref>
  static uint64_t offset(Ref ref) {
    return uint64_t{static_cast<uint32_t>(ref)} * format::kRecordAlignment;
  }

  // A record as it is, with `behind` after its fixed part. Its header is filled in.
  template <typename Ref, typename Record>
  Ref append(Record record, std::string_view behind = {},
             format::RecordState state = format::RecordState::committed) {
    const size_t at = bytes_.size();
    size_t size = sizeof record + behind.size();
    size = (size + format::kRecordAlignment - 1) / format::kRecordAlignment * format::kRecordAlignment;
    record.header = {static_cast<uint32_t>(size), kTypeOf<Record>, state};
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, &record, sizeof record);
    std::copy(behind.begin(), behind.end(), bytes_.data() + at + sizeof record);
    header().tail = bytes_.size();
    return static_cast<Ref>(at / format::kRecordAlignment);
  }

  format::ModuleRef module(std::string_view path, uint64_t start, uint64_t end, uint64_t load_bias = 0) {
    format::ModuleRecord record{};
    record.start = start;
    record.end = end;
    record.load_bias = load_bias;
    record.path_length = static_cast<uint32_t>(path.size());
    return append<format::ModuleRef>(record, path);
  }

  format::StackRef stack(const std::vector<uint64_t>& return_addresses, bool truncated = false) {
    format::StackRecord record{};
    record.count = static_cast<uint32_t>(return_addresses.size());
    record.proven = static_cast<uint16_t>(return_addresses.size());
    record.truncated = truncated ? 1 : 0;
    return append<format::StackRef>(record, {reinterpret_cast<const char*>(return_addresses.data()),
                                             return_addresses.size() * sizeof(uint64_t)});
  }

  format::LockRef lock(uint64_t address, format::StackRef created = {}, format::StackRef first_taken = {}) {
    format::LockRecord record{};
    record.address = address;
    record.created = created;
    record.first_taken = first_taken;
    return append<format::LockRef>(record);
  }

  format::ThreadRef thread(uint32_t tid, format::ThreadRef parent = {}, uint32_t parent_segment = 0) {
    format::ThreadRecord record{};
    record.tid = tid;
    record.parent = parent;
    record.parent_segment = parent_segment;
    return append<format::ThreadRef>(record);
  }

  void name(format::ThreadRef thread, std::string_view name) {
    format::ThreadNameRecord record{};
    record.thread = thread;
    std::copy_n(name.begin(), std::min(name.size(), sizeof record.name), record.name);
    append<format::ThreadRef>(record);
  }

  format::ChainRef chain(format::ChainRef outer, format::LockRef lock, format::StackRef stack = {},
                         uint64_t count = 1, format::AcquireMode mode = format::AcquireMode::blocking) {
    format::ChainRecord record{};
    record.outer = outer;
    record.lock = lock;
    record.stack = stack;
    record.mode = mode;
    record.count = count;
    return append<format::ChainRef>(record);
  }

  void use(format::ChainRef chain, format::ThreadRef thread, uint32_t first = 0, uint32_t last = 0) {
    format::UseRecord record{};
    record.chain = chain;
    record.thread = thread;
    record.first_segment = first;
    record.last_segment = last;
    append<format::ChainRef>(record);
  }

  void join(format::ThreadRef joiner, format::ThreadRef joined, uint32_t segment) {
    format::SyncRecord record{};
    record.thread = joiner;
    record.other = joined;
    record.kind = format::SyncKind::join;
    record.segment = segment;
    append<format::ThreadRef>(record);
  }

  void end(int32_t status = 0) {
    format::EndRecord record{};
    record.reason = format::EndReason::exit;
    record.status = status;
    append<format::ThreadRef>(record);
  }

 private:
  std::vector<char> bytes_;
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_TRACE_BUILDER_H
