// SPDX-License-Identifier: Apache-2.0
//
// Reads a record file. Nothing in it is believed: the file may be torn by a kill at any instant, cut short,
// still being written, made by a newer version, or not a trace at all. What can be read is read; what cannot
// is said in words; no content leads to a crash or to reading outside the file.
#ifndef GORDIAN_CORE_FORMAT_TRACE_READER_H
#define GORDIAN_CORE_FORMAT_TRACE_READER_H

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/trace_format.h"

namespace gordian {

// The file is not a trace that can be read at all. what() is one sentence: the file, what is wrong, what to
// do.
class BadTrace : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The record type that goes with a record structure.
template <typename Record>
inline constexpr format::RecordType kTypeOf{};
template <>
inline constexpr auto kTypeOf<format::ModuleRecord> = format::RecordType::module;
template <>
inline constexpr auto kTypeOf<format::StackRecord> = format::RecordType::stack;
template <>
inline constexpr auto kTypeOf<format::LockRecord> = format::RecordType::lock;
template <>
inline constexpr auto kTypeOf<format::LockEndRecord> = format::RecordType::lock_end;
template <>
inline constexpr auto kTypeOf<format::ThreadRecord> = format::RecordType::thread;
template <>
inline constexpr auto kTypeOf<format::ThreadNameRecord> = format::RecordType::thread_name;
template <>
inline constexpr auto kTypeOf<format::ChainRecord> = format::RecordType::chain;
template <>
inline constexpr auto kTypeOf<format::UseRecord> = format::RecordType::use;
template <>
inline constexpr auto kTypeOf<format::SyncRecord> = format::RecordType::sync;
template <>
inline constexpr auto kTypeOf<format::EndRecord> = format::RecordType::end;
template <>
inline constexpr auto kTypeOf<format::LockNameRecord> = format::RecordType::lock_name;
template <>
inline constexpr auto kTypeOf<format::ScriptFrameRecord> = format::RecordType::script_frame;
template <>
inline constexpr auto kTypeOf<format::EventRecord> = format::RecordType::event;
template <>
inline constexpr auto kTypeOf<format::PathRecord> = format::RecordType::path;
template <>
inline constexpr auto kTypeOf<format::ContentionRecord> = format::RecordType::contention;
template <>
inline constexpr auto kTypeOf<format::HandoffRecord> = format::RecordType::handoff;
template <>
inline constexpr auto kTypeOf<format::SharedLockRecord> = format::RecordType::shared_lock;

class TraceReader {
 public:
  // Reads the whole file into memory, so that a program that still writes it cannot change it under us.
  // Throws BadTrace, also when the file cannot be opened.
  explicit TraceReader(const std::filesystem::path& file);
  // `name` stands for the file in messages.
  TraceReader(std::string name, std::vector<char> bytes);

  const format::FileHeader& header() const {
    return *reinterpret_cast<const format::FileHeader*>(bytes_.data());
  }
  const std::string& name() const { return name_; }
  // What was wrong with the file, one sentence each.
  const std::vector<std::string>& problems() const { return problems_; }

  // Offsets of all whole, committed records of known type, in file order. O(n log n).
  std::vector<uint64_t> records() const;
  format::RecordType type_at(uint64_t offset) const {
    return reinterpret_cast<const format::RecordHeader*>(bytes_.data() + offset)->type;
  }
  template <typename Record>
  const Record& at(uint64_t offset) const {
    return *reinterpret_cast<const Record*>(bytes_.data() + offset);
  }
  // Calls `visit(offset, record)` for every record of one type, in file order.
  template <typename Record, typename Visit>
  void for_each(Visit visit) const {
    for (const uint32_t reference : records_[static_cast<size_t>(kTypeOf<Record>)]) {
      const uint64_t offset = uint64_t{reference} * format::kRecordAlignment;
      visit(offset, at<Record>(offset));
    }
  }

  template <typename Record>
  size_t count() const {
    return records_[static_cast<size_t>(kTypeOf<Record>)].size();
  }

  std::span<const uint64_t> return_addresses(const format::StackRecord& stack) const;
  std::string_view path(const format::ModuleRecord& module) const;
  std::string_view lock_name(const format::LockNameRecord& name) const;
  std::string_view text(const format::EventRecord& event) const;
  struct ScriptFrameText {
    std::string_view file;
    std::string_view function;
  };
  ScriptFrameText text(const format::ScriptFrameRecord& frame) const;
  // A fixed-size text field of the header.
  template <size_t N>
  static std::string_view text(const char (&field)[N]) {
    const std::string_view all(field, N);
    return all.substr(0, all.find('\0'));
  }

 private:
  void check_header();
  void find_records();
  bool is_sound(uint64_t offset, const format::RecordHeader& head) const;

  std::string name_;
  std::vector<char> bytes_;
  std::array<std::vector<uint32_t>, format::kRecordTypes> records_;  // references, by type
  std::vector<std::string> problems_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_FORMAT_TRACE_READER_H
