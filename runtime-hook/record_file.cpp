// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/record_file.h"

#include <string.h>
#include <bit>

namespace gordian::hook {

namespace {

constexpr size_t kInitialSize = 64 << 10;

uint64_t header_word(uint32_t size, format::RecordType type, format::RecordState state) {
  return std::bit_cast<uint64_t>(format::RecordHeader{size, type, state});
}

}  // namespace

int RecordFile::create(const char* path, size_t limit, uint64_t nonce) {
  const int error = file_.create(path, limit, kInitialSize);
  if (error != 0) return error;
  format::FileHeader& file = header();
  file.version = format::kVersion;
  file.header_size = format::kHeaderSize;
  file.nonce = nonce;
  file.tail = format::kHeaderSize;
  file.capacity = kInitialSize;
  // The magic makes it a trace: last, so that a torn header is not taken for one.
  std::atomic_thread_fence(std::memory_order_release);
  memcpy(file.magic, format::kRecordMagic, sizeof file.magic);
  return 0;
}

uint64_t RecordFile::claim(format::RecordType type, size_t size) {
  size = (size + format::kRecordAlignment - 1) & ~(format::kRecordAlignment - 1);
  const uint64_t claimed = header_word(static_cast<uint32_t>(size), type, format::RecordState::claimed);
  uint64_t& tail = header().tail;
  while (true) {
    uint64_t offset = load(tail, std::memory_order_acquire);
    // Eight bytes more, so that the next claim's first word is backed too and can be read as zero.
    if (!file_.back(offset + size + sizeof claimed)) {
      drop(format::Dropped::trace_full);
      return 0;
    }
    store(header().capacity, file_.backed());
    uint64_t found = 0;
    auto& word = *reinterpret_cast<uint64_t*>(file_.base() + offset);
    const bool ours = exchange_if(word, found, claimed);
    // Whoever claimed this place, the tail has to move past it before the next claim can succeed.
    const uint64_t taken = ours ? size : std::bit_cast<format::RecordHeader>(found).size;
    const uint64_t place = offset;
    exchange_if(tail, offset, place + taken);
    if (ours) return place;
  }
}

void RecordFile::commit(uint64_t offset) {
  auto& word = *reinterpret_cast<uint64_t*>(file_.base() + offset);
  auto head = std::bit_cast<format::RecordHeader>(load(word));
  head.state = format::RecordState::committed;
  store(word, std::bit_cast<uint64_t>(head), std::memory_order_release);
}

}  // namespace gordian::hook
