// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/chains.h"

#include <string.h>

#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"

namespace gordian::hook {

using format::ChainRef;

namespace {

constexpr uint32_t kFirstCache = 1 << 8;
constexpr uint32_t kLargestCache = 1 << 17;

Table<ChainSlot, &ChainSlot::hash, 19> chains;
Table<KindSlot, &KindSlot::hash, 17> kinds;

size_t size_of_cache(uint32_t capacity) {
  return sizeof(ChainCache) + capacity * (sizeof(KnownChain) + sizeof(ChainRef));
}

ChainCache* make_cache(uint32_t capacity) {
  auto* cache = reinterpret_cast<ChainCache*>(map_zeroed<char>(size_of_cache(capacity)));
  if (cache != nullptr) cache->capacity = capacity;
  return cache;
}

void enter(ChainCache& cache, uint64_t word, ChainRef chain) {
  KnownChain* place = place_in(cache, word);
  place->word = word;
  cache.refs()[place - cache.chains()] = chain;
  ++cache.used;
}

// Makes room for one more. A cache that cannot grow any further starts anew: its chains will be met again, at
// the price of a look-up in the process-wide table each.
void make_room(ThreadSlot& slot) {
  ChainCache& cache = *private_of(slot).chains;
  if (cache.used * 4 < cache.capacity * 3) return;
  ChainCache* larger = cache.capacity < kLargestCache ? make_cache(cache.capacity * 2) : nullptr;
  if (larger == nullptr) return forget_chains(slot);
  forget_memos(slot);
  forget_known(steps_of(slot));
  for (uint32_t i = 0; i < cache.capacity; ++i) {
    if (cache.chains()[i].word != 0) enter(*larger, cache.chains()[i].word, cache.refs()[i]);
  }
  store(private_of(slot).chains, larger, std::memory_order_release);
  // The old one stays mapped, but empty: finish() may be reading it from another thread.
  madvise(&cache, size_of_cache(cache.capacity), MADV_DONTNEED);
}

void add_to_record(ChainCache& cache, KnownChain& known, uint64_t times) {
  const auto place = static_cast<uint64_t>(&known - cache.chains());
  if (place >= cache.capacity) return;  // of a cache just replaced; only finish() can meet that
  times += known.word & kPendingMask;
  known.word &= ~kPendingMask;
  const ChainRef chain = cache.refs()[place];
  if (chain == ChainRef::none) return;  // there was no room to record it
  std::atomic_ref(recorder().at<format::ChainRecord>(chain).count)
      .fetch_add(times, std::memory_order_relaxed);
}

}  // namespace

bool summaries_exist;

ChainCache* make_chain_cache() {
  return make_cache(kFirstCache);
}

void flush_chains(ChainCache& cache) {
  if (cache.used == 0) return;
  for (uint32_t i = 0; i < cache.capacity; ++i) {
    if ((cache.chains()[i].word & kPendingMask) != 0) add_to_record(cache, cache.chains()[i], 0);
  }
}

void empty_chains(ChainCache& cache) {
  if (cache.used == 0) return;
  memset(cache.chains(), 0, cache.capacity * sizeof(KnownChain));
  cache.used = 0;
}

KnownChain* remember(ThreadSlot& slot, uint64_t hash, ChainRef chain) {
  make_room(slot);
  ChainCache& cache = *private_of(slot).chains;
  enter(cache, hash & ~kPendingMask, chain);
  return place_in(cache, hash);
}

void add_to_record(ThreadSlot& slot, KnownChain& known, uint64_t times) {
  add_to_record(*load(private_of(slot).chains, std::memory_order_acquire), known, times);
}

ChainSlot* find_chain(uint64_t hash) {
  return chains.find_or_add(hash);
}

KindSlot* find_kind(uint64_t hash) {
  return kinds.find_or_add(hash);
}

bool create_chain_table() {
  return chains.create() && kinds.create();
}

void clear_chain_table() {
  chains.clear();
  kinds.clear();
}

}  // namespace gordian::hook
