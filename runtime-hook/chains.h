// SPDX-License-Identifier: Apache-2.0
//
// Known chains. A chain (the locks held, each with its call path, and the lock now wanted) is identified by a
// 64-bit running hash, as in the kernel's lockdep; two different chains sharing one hash would cost one chain
// of evidence and is as likely as 2^-64 per pair. Each thread has a cache of the chains it went through,
// which it alone touches; behind it stands one table for the process, consulted only when a thread meets a
// chain for the first time.
//
// A million locks of one kind nest in 10^12 ways, so not every chain can be kept. Chains are of one *kind* if
// they took locks of the same classes (see lock_identity.h) along the same call paths, the innermost pair
// with the same one of its addresses below the other. Of each kind, `chain-budget` chains are recorded lock
// by lock. The last of them is marked as the kind's summary: it stands for all that come after it, and
// counts them. From then on a thread needs to find the kind only, which is one of a few, not the chain, which
// is one of very many: memory and time are bounded by the number of kinds.
#ifndef GORDIAN_RUNTIME_HOOK_CHAINS_H
#define GORDIAN_RUNTIME_HOOK_CHAINS_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/sys.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// Hashes of chains and of kinds share one cache, which uses their lowest byte for itself. Elsewhere that says
// what is hashed.
enum class Hashed : uint8_t { chain = 1, kind = 2 };

// What stands outside everything.
inline uint64_t outermost(Hashed what) {
  return uint64_t{0x6F75746572} << 8 | static_cast<uint64_t>(what);
}

// `reference` is that of the lock for the hash of a chain, that of its class for the hash of a kind. One
// multiplication: the hashes of a deep chain depend on each other.
template <typename Reference>
uint64_t extend(uint64_t outer, Reference reference, const CallPath& path, How how) {
  const uint64_t taken = static_cast<uint64_t>(how.mode) << 1 | (how.shared ? 1 : 0);
  const uint64_t what = uint64_t{static_cast<uint32_t>(reference)} << 32 | taken << 24;
  const uint64_t hash = mix(outer, what | number_of(path)) & ~kPendingMask;
  return hash | (kPendingMask + 1) | (outer & kPendingMask);  // not 0, also without its low byte
}

// The kind of an acquisition inside another, from what extend() gave and the order of the two addresses.
inline uint64_t ordered_kind(uint64_t kind, bool ascending) {
  return ascending ? kind : ~kind | (kPendingMask + 1);
}

// The same of a re-entry, which no lock besides the one that is held can repeat.
inline uint64_t reentry_kind(uint64_t kind) {
  return mix(kind, 1) | (kPendingMask + 1);
}

// False as long as no kind has its summary: then there is no need to look for one.
extern bool summaries_exist __attribute__((visibility("hidden")));

// The place of `hash` in the cache: its entry, or the free one where it would stand.
inline KnownChain* place_in(ChainCache& cache, uint64_t hash) {
  for (uint64_t probe = hash >> 8;; ++probe) {
    KnownChain& entry = cache.chains()[probe & (cache.capacity - 1)];
    if ((entry.word ^ hash) <= kPendingMask || entry.word == 0) return &entry;
  }
}

// The calling thread's entry for the hash of a chain, or of a kind that has its summary; null when it is not
// known yet.
inline KnownChain* find_known(ThreadSlot& slot, uint64_t hash) {
  KnownChain* entry = place_in(*private_of(slot).chains, hash);
  return entry->word != 0 ? entry : nullptr;
}

// Enters a chain into the calling thread's cache, whatever became of its record.
KnownChain* remember(ThreadSlot& slot, uint64_t hash, format::ChainRef chain);

// A chain in the process-wide table; `chain` is none as long as its record is not written.
struct ChainSlot {
  uint64_t hash;  // 0: free
  format::ChainRef chain;
  format::UseRef last_use;
};
ChainSlot* find_chain(uint64_t hash);  // null: table full

// A kind in the process-wide table.
struct KindSlot {
  uint64_t hash;       // 0: free
  uint64_t chains;     // recorded lock by lock
  ChainSlot* summary;  // null: there is none yet
};
KindSlot* find_kind(uint64_t hash);  // null: table full

// An empty chain cache; null when there is no memory.
ChainCache* make_chain_cache();

// Adds all that the cache has counted to the trace.
void flush_chains(ChainCache& cache);
void empty_chains(ChainCache& cache);

bool create_chain_table();
void clear_chain_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CHAINS_H
