// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/hot_file.h"

#include <stdio.h>
#include <string.h>

namespace gordian::hook {

namespace {

constexpr size_t kLimit = 128 << 20;
constexpr size_t kInitial = 4 * format::kSlotSize;

// A tid taken over by another thread of the process only delays the slot's reuse.
bool exists(uint32_t tid) {
  return call_kernel(SYS_tgkill, getpid(), tid, 0) != -ESRCH;
}

}  // namespace

bool HotFile::create(const char* name, const char* fallback_directory, uint64_t nonce) {
  char path[MappedFile::kMaxPath];
  const auto try_in = [&](const char* directory) {
    const int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    return length > 0 && static_cast<size_t>(length) < sizeof path &&
           file_.create(path, kLimit, kInitial) == 0;
  };
  if (!try_in("/dev/shm") && !try_in(fallback_directory) && file_.create_anonymous(kLimit) != 0) return false;
  format::HotHeader& header = this->header();
  header.version = format::kVersion;
  header.slot_size = format::kSlotSize;
  header.nonce = nonce;
  header.slots_end = format::kSlotSize;
  std::atomic_thread_fence(std::memory_order_release);
  memcpy(header.magic, format::kHotMagic, sizeof header.magic);
  return true;
}

uint64_t HotFile::claim_pages(uint64_t bytes) {
  auto& end = header().slots_end;
  uint64_t at = load(end, std::memory_order_acquire);
  while (true) {
    if (!file_.back(at + bytes)) return 0;
    if (exchange_if(end, at, at + bytes)) return at;
  }
}

format::ThreadSlot* HotFile::take() {
  const uint32_t used = load(slots_, std::memory_order_acquire);
  if (load(free_count_) > 0 && !load(confined_)) {
    const uint32_t first = load(last_freed_);
    for (uint32_t i = 0; i < used; ++i) {
      format::ThreadSlot& slot = slot_at((first + i) % used);
      auto state = load(slot.state, std::memory_order_acquire);
      if (state == format::SlotState::live || state == format::SlotState::left_behind ||
          (state == format::SlotState::ending && exists(slot.tid)))
        continue;
      if (exchange_if(slot.state, state, format::SlotState::live)) {
        // Meanwhile another thread may have had the slot, and be ending too.
        if (state == format::SlotState::ending && exists(slot.tid)) {
          store(slot.state, format::SlotState::ending, std::memory_order_release);
          continue;
        }
        std::atomic_ref(free_count_).fetch_sub(1);
        return &slot;
      }
    }
  }
  const uint64_t page = claim_pages(format::kSlotSize);
  if (page == 0) return nullptr;
  auto* slot = reinterpret_cast<format::ThreadSlot*>(file_.base() + page);
  slot->held = page + format::kInlineHeldOffset;
  slot->held_capacity = format::kInlineHeld;
  store(slot->state, format::SlotState::live);
  auto& last = header().last_slot;
  slot->previous = load(last, std::memory_order_acquire);
  while (!exchange_if(last, slot->previous, page)) {
  }
  // Publish for for_each(): the place is ours alone once its page offset is set.
  for (uint32_t place = used; place < kMaxSlots; ++place) {
    uint64_t expected = 0;
    if (!exchange_if(pages_[place], expected, page)) continue;
    uint32_t count = load(slots_);
    while (count < place + 1 && !exchange_if(slots_, count, place + 1)) {
    }
    return slot;
  }
  return nullptr;
}

void HotFile::give_back(format::ThreadSlot* slot) {
  offer(slot, format::SlotState::free);
}
void HotFile::end(format::ThreadSlot* slot) {
  offer(slot, format::SlotState::ending);
}

void HotFile::offer(format::ThreadSlot* slot, format::SlotState state) {
  const uint64_t page = static_cast<uint64_t>(reinterpret_cast<char*>(slot) - file_.base());
  for (uint32_t i = 0; i < load(slots_); ++i) {
    if (load(pages_[i]) == page) store(last_freed_, i);
  }
  store(slot->state, state, std::memory_order_release);
  std::atomic_ref(free_count_).fetch_add(1);
}

bool HotFile::grow_held(format::ThreadSlot* slot, uint32_t depth) {
  constexpr size_t kEntry = sizeof(format::HeldEntry);
  uint64_t bytes = slot->held_capacity * 2 * kEntry;
  bytes = (bytes + format::kSlotSize - 1) & ~(format::kSlotSize - 1);
  const uint64_t place = claim_pages(bytes);
  if (place == 0) return false;
  // The entry before the array, kept by the hook, moves along.
  memcpy(file_.base() + place, file_.base() + slot->held - kEntry, (depth + 1) * kEntry);
  // A reader that sees the new array must see its content.
  store(slot->held, place + kEntry, std::memory_order_release);
  store(slot->held_capacity, bytes / kEntry - 1);
  return true;
}

void HotFile::confine() {
  constexpr uint64_t kSlots = 1024;
  file_.confine(kSlots * format::kSlotSize);
  store(confined_, true);
}

void HotFile::abandon() {
  file_.abandon();
  slots_ = 0;
  memset(pages_, 0, sizeof pages_);
  free_count_ = 0;
}

}  // namespace gordian::hook
