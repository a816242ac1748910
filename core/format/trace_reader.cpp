// SPDX-License-Identifier: Apache-2.0
#include "core/format/trace_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace gordian {

namespace {

using format::RecordHeader;
using format::RecordType;

std::vector<char> read_all(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    throw BadTrace(fmt::format("{}: is a directory, not a trace; name a .gordian file in it", file.string()));
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw BadTrace(fmt::format("{}: cannot be opened ({}); check the path and its permissions", file.string(),
                               std::strerror(errno)));
  }
  const uintmax_t size = std::filesystem::file_size(file, error);
  std::vector<char> bytes(error ? 0 : size);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  if (in.bad()) throw BadTrace(fmt::format("{}: cannot be read ({})", file.string(), std::strerror(errno)));
  return bytes;
}

// Size of the fixed part of a record; 0 for a type this version does not know.
size_t fixed_size(RecordType type) {
  switch (type) {
    case RecordType::module:
      return sizeof(format::ModuleRecord);
    case RecordType::stack:
      return sizeof(format::StackRecord);
    case RecordType::lock:
      return sizeof(format::LockRecord);
    case RecordType::lock_end:
      return sizeof(format::LockEndRecord);
    case RecordType::thread:
      return sizeof(format::ThreadRecord);
    case RecordType::thread_name:
      return sizeof(format::ThreadNameRecord);
    case RecordType::chain:
      return sizeof(format::ChainRecord);
    case RecordType::use:
      return sizeof(format::UseRecord);
    case RecordType::sync:
      return sizeof(format::SyncRecord);
    case RecordType::end:
      return sizeof(format::EndRecord);
    case RecordType::lock_name:
      return sizeof(format::LockNameRecord);
    case RecordType::script_frame:
      return sizeof(format::ScriptFrameRecord);
    case RecordType::event:
      return sizeof(format::EventRecord);
    case RecordType::path:
      return sizeof(format::PathRecord);
    case RecordType::contention:
      return sizeof(format::ContentionRecord);
    case RecordType::handoff:
      return sizeof(format::HandoffRecord);
    case RecordType::shared_lock:
      return sizeof(format::SharedLockRecord);
  }
  return 0;
}

}  // namespace

TraceReader::TraceReader(const std::filesystem::path& file) : TraceReader(file.string(), read_all(file)) {}

TraceReader::TraceReader(std::string name, std::vector<char> bytes)
    : name_(std::move(name)), bytes_(std::move(bytes)) {
  check_header();
  find_records();
}

void TraceReader::check_header() {
  if (bytes_.empty())
    throw BadTrace(name_ + ": is empty; the program was killed before it recorded anything");
  const size_t magic = std::min(bytes_.size(), sizeof format::kRecordMagic);
  const bool blank = std::all_of(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(magic),
                                 [](char c) { return c == 0; });
  if (blank && bytes_.size() >= format::kHeaderSize) {
    throw BadTrace(name_ + ": has no header yet; the program was killed while it started the trace");
  }
  if (std::memcmp(bytes_.data(), format::kRecordMagic, magic) != 0) {
    throw BadTrace(name_ + ": is not a Gordian trace; name a .gordian file or a directory of them");
  }
  if (bytes_.size() < format::kHeaderSize) {
    throw BadTrace(
        fmt::format("{}: ends after {} bytes, inside its header; copy the whole file", name_, bytes_.size()));
  }
  const auto& head = header();
  if (head.version < format::kOldestReadableVersion || head.version > format::kVersion) {
    throw BadTrace(fmt::format(
        "{}: has format version {}, this gordian reads {} to {}; use the gordian that recorded it", name_,
        head.version, format::kOldestReadableVersion, format::kVersion));
  }
  if (head.header_size != format::kHeaderSize || head.tail < format::kHeaderSize) {
    throw BadTrace(name_ + ": has a damaged header; record the program again");
  }
}

void TraceReader::find_records() {
  const uint64_t tail = header().tail;
  const uint64_t end = std::min<uint64_t>(tail, bytes_.size());
  if (tail > bytes_.size()) {
    problems_.push_back(fmt::format("{}: {} bytes are missing at its end; what is there was used", name_,
                                    tail - bytes_.size()));
  }
  size_t unsound = 0;
  uint64_t at = format::kHeaderSize;
  while (at < end) {
    const uint64_t left = end - at;
    const bool has_head = left >= sizeof(RecordHeader);
    const auto& head = *reinterpret_cast<const RecordHeader*>(bytes_.data() + at);
    const bool possible =
        has_head && head.size >= sizeof(RecordHeader) && head.size % format::kRecordAlignment == 0;
    if (!possible || head.size > left) {
      // Where the end of the file is missing, so is that of its last record: that loss was noted above.
      const bool cut = tail > bytes_.size() && (possible || !has_head);
      if (!cut) {
        problems_.push_back(
            fmt::format("{}: damaged at byte {}; the {} bytes from there on were not used", name_, at, left));
      }
      break;
    }
    // A record that was claimed and not committed belongs to a thread that was killed, or that is writing it
    // now.
    if (head.state == format::RecordState::committed && fixed_size(head.type) != 0) {
      if (is_sound(at, head)) {
        records_[static_cast<size_t>(head.type)].push_back(
            static_cast<uint32_t>(at / format::kRecordAlignment));
      } else {
        ++unsound;
      }
    }
    at += head.size;
  }
  if (unsound > 0) problems_.push_back(fmt::format("{}: {} damaged records were not used", name_, unsound));
}

std::vector<uint64_t> TraceReader::records() const {
  std::vector<uint64_t> offsets;
  for (const std::vector<uint32_t>& of_a_type : records_) {
    for (const uint32_t reference : of_a_type)
      offsets.push_back(uint64_t{reference} * format::kRecordAlignment);
  }
  std::ranges::sort(offsets);
  return offsets;
}

bool TraceReader::is_sound(uint64_t offset, const RecordHeader& head) const {
  if (head.size < fixed_size(head.type)) return false;
  const size_t extra = head.size - fixed_size(head.type);
  switch (head.type) {
    case RecordType::module: {
      const auto& module = at<format::ModuleRecord>(offset);
      return module.path_length <= extra && module.build_id_length <= sizeof module.build_id &&
             module.start < module.end;
    }
    case RecordType::stack:
      return at<format::StackRecord>(offset).count <= extra / sizeof(uint64_t);
    case RecordType::lock:
      return static_cast<uint32_t>(at<format::LockRecord>(offset).kind) < format::kLockKinds;
    case RecordType::lock_name:
      return at<format::LockNameRecord>(offset).length <= extra;
    case RecordType::script_frame: {
      const auto& frame = at<format::ScriptFrameRecord>(offset);
      return uint64_t{frame.file_length} + frame.function_length <= extra;
    }
    case RecordType::contention:
      return static_cast<uint32_t>(at<format::ContentionRecord>(offset).kind) < format::kLockKinds;
    case RecordType::event: {
      const auto& event = at<format::EventRecord>(offset);
      return event.kind < format::EventKind::count_ && event.text_length <= extra;
    }
    case RecordType::chain:
      return at<format::ChainRecord>(offset).mode <= format::AcquireMode::reacquire &&
             uint64_t{static_cast<uint32_t>(at<format::ChainRecord>(offset).outer)} *
                     format::kRecordAlignment <
                 offset;
    default:
      return true;
  }
}

std::span<const uint64_t> TraceReader::return_addresses(const format::StackRecord& stack) const {
  return {reinterpret_cast<const uint64_t*>(&stack + 1), stack.count};
}

std::string_view TraceReader::path(const format::ModuleRecord& module) const {
  return {reinterpret_cast<const char*>(&module + 1), module.path_length};
}

TraceReader::ScriptFrameText TraceReader::text(const format::ScriptFrameRecord& frame) const {
  const std::string_view all(reinterpret_cast<const char*>(&frame + 1),
                             size_t{frame.file_length} + frame.function_length);
  return {all.substr(0, frame.file_length), all.substr(frame.file_length)};
}

std::string_view TraceReader::text(const format::EventRecord& event) const {
  return {reinterpret_cast<const char*>(&event + 1), event.text_length};
}

std::string_view TraceReader::lock_name(const format::LockNameRecord& name) const {
  return {reinterpret_cast<const char*>(&name + 1), name.length};
}

}  // namespace gordian
