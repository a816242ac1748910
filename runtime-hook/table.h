// SPDX-License-Identifier: Apache-2.0
//
// A hash table that all threads fill, and that takes memory as it fills.
//
// The problem: hashes spread entries over all of a table, so the first thousand of a large one touch a
// thousand pages, each with a page fault, for a few bytes each. A table that moves to a larger place when it
// is full would need a lock, or help among threads.
//
// The idea: all sizes at once. The table consists of levels, each four times as large as the one before; in a
// level, a key may stand in the few slots from where its hash says. Looking for a key goes through these
// slots, level by level, up to the key or the first free slot, which is where the key is entered. So the
// levels fill one after the other, and an entry costs memory in proportion to how many there are. That order
// of slots is the same for all who look for one key, and slots are never freed: two threads that enter one
// key at once meet in the first free slot, where a compare-and-swap decides. No key is ever there twice.
//
// The level with 2^n slots begins at slot 2^n, so that the place of a key there is a 1 and the n highest bits
// of its hash. In the last level a key may stand further away, so that it can be filled well.
//
// A slot holds its key, which is not 0, and what else belongs to it, which is the user's to publish.
//
// Thread safety: find() and find_or_add() by any number of threads, lock-free; create() and clear() by one,
// alone.
// Cost: kNear slots a level, of which the small ones lie in the processor's caches.
#ifndef GORDIAN_RUNTIME_HOOK_TABLE_H
#define GORDIAN_RUNTIME_HOOK_TABLE_H

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "runtime-hook/sys.h"

namespace gordian::hook {

// `kKey` is the member of a slot that is its key; the last level has 2^kBits slots.
template <typename Slot, auto kKey, uint32_t kBits>
class Table {
 public:
  // False when there is no memory.
  bool create() {
    slots_ = map_zeroed<Slot>(kSlots);
    return slots_ != nullptr;
  }
  void clear() {
    if (slots_ != nullptr) madvise(slots_, kSlots * sizeof(Slot), MADV_DONTNEED);
  }

  // Null: it is not there.
  Slot* find(uint64_t key) const {
    Slot* const slot = place_of(key);
    return slot != nullptr && load(slot->*kKey, std::memory_order_acquire) == key ? slot : nullptr;
  }

  // Null: there is no room.
  Slot* find_or_add(uint64_t key) {
    while (true) {
      Slot* const slot = place_of(key);
      if (slot == nullptr) return nullptr;
      uint64_t found = load(slot->*kKey, std::memory_order_acquire);
      if (found == key || (found == 0 && exchange_if(slot->*kKey, found, key)) || found == key) return slot;
      // Another key has come here in the meantime.
    }
  }

 private:
  static constexpr uint32_t kGrowth = 2;  // bits
  static constexpr uint32_t kFirstBits = 8 + kBits % kGrowth;
  static constexpr size_t kNear = 8;
  static constexpr size_t kFar = 128;
  static constexpr size_t kSlots = size_t{2} << kBits;

  // Where the key is, or the first free slot where it may be. Null: all of these are taken.
  Slot* place_of(uint64_t key) const {
    // Keys may be hashes of which some bits are fixed.
    const uint64_t hash = key * 0x9E3779B97F4A7C15ULL;
    for (uint32_t bits = kFirstBits; bits <= kBits; bits += kGrowth) {
      Slot* const level = slots_ + (size_t{1} << bits);
      const uint64_t start = hash >> (64 - bits);
      const size_t range = bits < kBits ? kNear : kFar;
      for (size_t probe = 0; probe < range; ++probe) {
        Slot& slot = level[(start + probe) & ((size_t{1} << bits) - 1)];
        const uint64_t found = load(slot.*kKey, std::memory_order_acquire);
        if (found == key || found == 0) return &slot;
      }
    }
    return nullptr;
  }

  Slot* slots_ = nullptr;
};

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_TABLE_H
