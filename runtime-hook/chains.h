// SPDX-License-Identifier: Apache-2.0
//
// Known chains. A chain (the locks held, each with its call path, and the lock now wanted) is identified by a
// 64-bit running hash, as in the kernel's lockdep; two different chains sharing one hash would cost one chain
// of evidence and is as likely as 2^-64 per pair. Each thread has a cache of the chains it went through,
// which it alone touches; behind it stands one table for the process, consulted only when a thread meets a
// chain for the first time.
#ifndef GORDIAN_RUNTIME_HOOK_CHAINS_H
#define GORDIAN_RUNTIME_HOOK_CHAINS_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/sys.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

inline uint64_t extend_chain(uint64_t outer, format::LockRef lock, const CallPath* path, AcquireMode mode) {
  const uint64_t what = uint64_t{static_cast<uint32_t>(lock)} << 32 | (path != nullptr ? path->id : 0);
  // Not 0, also without its low byte, which KnownChain uses otherwise.
  return mix(mix(outer, what), static_cast<uint64_t>(mode)) | (kPendingMask + 1);
}

// The calling thread's entry for `hash`; null when it is not known yet.
KnownChain* find_known(ThreadSlot& slot, uint64_t hash);

// Enters a chain into the calling thread's cache, whatever became of its record.
KnownChain* remember(ThreadSlot& slot, uint64_t hash, format::ChainRef chain);

// A chain in the process-wide table; `chain` is none as long as its record is not written.
struct ChainSlot {
  uint64_t hash;  // 0: free
  format::ChainRef chain;
  format::UseRef last_use;
};
ChainSlot* find_chain(uint64_t hash);  // null: table full

// An empty chain cache; null when there is no memory.
ChainCache* make_chain_cache();

// Adds all that the cache has counted to the trace.
void flush_chains(ChainCache& cache);
void empty_chains(ChainCache& cache);

bool create_chain_table();
void clear_chain_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CHAINS_H
