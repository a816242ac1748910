// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/chains.h"

#include <string.h>

namespace gordian::hook {

namespace {

constexpr size_t kChains = 1 << 20;
constexpr uint32_t kLargestCache = 1 << 17;

ChainSlot* chains;

KnownChain* place_in(KnownChain* table, uint32_t capacity, uint64_t hash) {
  for (uint64_t probe = 0;; ++probe) {
    KnownChain& entry = table[(hash + probe) & (capacity - 1)];
    if (entry.hash == hash || entry.hash == 0) return &entry;
  }
}

// Makes room for one more. A cache that cannot grow any further starts anew: its chains will be met again, at
// the price of a look-up in the process-wide table each.
void make_room(ThreadSlot& slot) {
  SlotPrivate& own = private_of(slot);
  if (own.chains_used * 4 < own.chain_capacity * 3) return;
  const uint32_t larger = own.chain_capacity * 2;
  KnownChain* fresh = larger <= kLargestCache ? map_zeroed<KnownChain>(larger) : nullptr;
  if (fresh == nullptr) return forget_chains(slot);
  forget_memos(slot);
  for (uint32_t i = 0; i < own.chain_capacity; ++i) {
    if (own.chains[i].hash != 0) *place_in(fresh, larger, own.chains[i].hash) = own.chains[i];
  }
  // The old one stays mapped: finish() may be reading it from another thread.
  store(own.chains, fresh, std::memory_order_release);
  store(own.chain_capacity, larger, std::memory_order_release);
}

}  // namespace

KnownChain* find_known(ThreadSlot& slot, uint64_t hash) {
  SlotPrivate& own = private_of(slot);
  KnownChain* entry = place_in(own.chains, own.chain_capacity, hash);
  return entry->hash == hash ? entry : nullptr;
}

KnownChain* remember(ThreadSlot& slot, uint64_t hash, format::ChainRef chain) {
  make_room(slot);
  SlotPrivate& own = private_of(slot);
  KnownChain* entry = place_in(own.chains, own.chain_capacity, hash);
  *entry = {hash, chain, 0};
  ++own.chains_used;
  return entry;
}

ChainSlot* find_chain(uint64_t hash) {
  for (size_t probe = 0; probe < 128; ++probe) {
    ChainSlot& slot = chains[(hash + probe) & (kChains - 1)];
    uint64_t found = load(slot.hash, std::memory_order_acquire);
    if (found == 0 && exchange_if(slot.hash, found, hash)) found = hash;
    if (found == hash) return &slot;
  }
  return nullptr;
}

bool create_chain_table() {
  chains = map_zeroed<ChainSlot>(kChains);
  return chains != nullptr;
}

void clear_chain_table() {
  madvise(chains, kChains * sizeof(ChainSlot), MADV_DONTNEED);
}

}  // namespace gordian::hook
