// SPDX-License-Identifier: Apache-2.0
//
// The hot path: the calling thread's held set.
//
// Every lock operation is three steps: prepare() before the real call, note whether it succeeded, commit() if
// it did. prepare() runs before the thread may block, so a chain that leads into a deadlock is in the trace
// before the deadlock is.
//
// Algorithm of prepare(). The slot a lock would take in the held array still holds what was last there. If
// that was the same lock (same address, same generation tag), reached along the same call path, inside the
// same outer chain, then everything about this acquisition is known: nothing is hashed, nothing shared is
// written. That is the memo. Failing it, prepare_slowly() works out path and chain hash and asks the thread's
// caches; only a chain this thread has never been through is recorded (record_chain.h).
//
// Leaving a lock keeps its entry as the next memo; a lock released out of order is cut out, and the chain
// hashes of those inside it are worked out again when next needed.
#ifndef GORDIAN_RUNTIME_HOOK_HELD_SET_H
#define GORDIAN_RUNTIME_HOOK_HELD_SET_H

#include <pthread.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

inline constexpr uint32_t kFlushEvery = 64;

HeldEntry* prepare_slowly(pthread_mutex_t* mutex, CallSite site, AcquireMode mode);
void release_slowly(pthread_mutex_t* mutex);
bool holds_once(const pthread_mutex_t* mutex);  // by the calling thread, and not re-entered
void flush_chain(KnownChain& known);

inline void count(KnownChain& known) {
  if (++known.pending >= kFlushEvery) [[unlikely]]
    flush_chain(known);
}

// The memo: true if the next free entry of the held array is exactly this acquisition.
inline bool is_remembered(const pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  const ThreadSlot* slot = context.slot;
  if (slot == nullptr) [[unlikely]]
    return false;
  HeldEntry& entry = context.held[slot->depth];
  HeldPrivate& own = private_of(entry);
  if (entry.lock != reinterpret_cast<uint64_t>(mutex) || entry.tag != tag_word(mutex) || entry.mode != mode ||
      own.outer_hash != private_of((&entry)[-1]).chain_hash || needs_attention(*slot) ||
      !is_on_path(*own.path, site)) [[unlikely]] {
    return false;
  }
  if (own.frame != site.frame) own.frame = site.frame;
  if (own.known != nullptr) count(*own.known);
  return true;
}

// The entry to commit if the lock is obtained: a new one, or the one there is when the thread holds the lock
// already. Null: this acquisition cannot be recorded.
inline HeldEntry* prepare(pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (is_remembered(mutex, site, mode)) return context.held + context.slot->depth;
  return prepare_slowly(mutex, site, mode);
}

// Before a call that may block: others see what this thread is about to wait for.
inline void announce_attempt() {
  store(context.slot->attempting, 1U, std::memory_order_release);
}

// The next free entry becomes part of the held set, and the attempt is over.
inline void push() {
  ThreadSlot& slot = *context.slot;
  slot.acquisitions += 1;
  store(depth_and_attempt(slot), uint64_t{slot.depth} + 1, std::memory_order_release);
}

inline void commit(HeldEntry* entry) {
  if (entry == context.held + context.slot->depth) [[likely]]
    return push();
  entry->recursion += 1;
  context.slot->acquisitions += 1;
}

// Before the real unlock: once that is done, another thread may take, destroy or free the lock.
inline void release(pthread_mutex_t* mutex) {
  ThreadSlot* slot = context.slot;
  if (slot != nullptr) [[likely]] {
    const uint32_t depth = slot->depth;
    const HeldEntry& entry = context.held[int64_t{depth} - 1];  // the sentinel's lock is 0
    if (load(entry.lock) == reinterpret_cast<uint64_t>(mutex) && entry.recursion == 1) [[likely]] {
      store(slot->depth, depth - 1);
      return;
    }
  }
  release_slowly(mutex);
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_HELD_SET_H
