// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/held_set.h"

#include "runtime-hook/chains.h"
#include "runtime-hook/record_chain.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

void forget(ThreadSlot& slot, HeldEntry& entry) {
  flush_hits(slot, entry);
  private_of(entry).memo_tag = kNoMemo;
  private_of(entry).known = nullptr;
}

void cut_out(ThreadSlot& slot, HeldEntry* place) {
  HeldEntry* const last = top_of(slot) - 1;
  for (HeldEntry* entry = place; entry <= last; ++entry) forget(slot, *entry);
  for (; place < last; ++place) {
    *place = place[1];
    private_of(*place).chain_hash = 0;
  }
  set_top(slot, last);
}

// Another thread released locks of ours, see revoke(), or code was unloaded.
void drop_revoked(ThreadSlot& slot) {
  store(slot.revoked, 0U);
  forget_memos(slot);
  for (HeldEntry* entry = top_of(slot); entry-- > bottom_of(slot);) {
    if (load(entry->lock) == 0) cut_out(slot, entry);
  }
}

HeldEntry* find_held(const ThreadSlot& slot, const pthread_mutex_t* mutex) {
  for (HeldEntry* entry = top_of(slot); entry-- > bottom_of(slot);) {
    if (entry->lock == reinterpret_cast<uint64_t>(mutex)) return entry;
  }
  return nullptr;
}

// The mutex was locked by another thread, whose held set must forget it: a normal mutex may be unlocked by
// anyone, and programs that build their own locks from mutexes do so. False: no thread is known to hold it.
bool revoke(const pthread_mutex_t* mutex) {
  bool found = false;
  hot().for_each([&](ThreadSlot& slot) {
    if (load(slot.state) == format::SlotState::free) return;
    HeldEntry* const bottom = bottom_of(slot);
    for (HeldEntry* entry = bottom + depth_of(slot); entry-- > bottom;) {
      auto expected = reinterpret_cast<uint64_t>(mutex);
      if (!exchange_if(entry->lock, expected, uint64_t{0})) continue;
      store(slot.revoked, 1U, std::memory_order_release);
      found = true;
    }
  });
  return found;
}

CallPath* path_of(ThreadSlot& slot, CallSite site) {
  CallPath*& remembered = private_of(slot).paths[mix(site.return_address, site.frame) & (kPathCache - 1)];
  if (remembered == nullptr || !is_current(*remembered) || !is_on_path(*remembered, site)) {
    remembered = find_path(site);
  }
  return remembered;
}

format::LockRef identity_of(pthread_mutex_t* mutex, CallPath* path) {
  const auto known = known_identity(mutex);
  if (known != format::LockRef::none) return known;
  return identify(mutex, path != nullptr ? stack_of_path(*path) : format::StackRef::none);
}

// Works out the chain hashes of held locks that were taken while nothing needed them.
bool resolve_held(ThreadSlot& slot) {
  for (HeldEntry* entry = bottom_of(slot); entry < top_of(slot); ++entry) {
    HeldPrivate& own = private_of(*entry);
    if (own.chain_hash != 0) continue;
    auto* mutex = reinterpret_cast<pthread_mutex_t*>(entry->lock);
    entry->id = identity_of(mutex, own.path);
    if (entry->id == format::LockRef::none) return false;
    if (own.memo_tag != kNoMemo) own.memo_tag = tag_word(mutex);  // it names the lock now
    own.chain_hash = extend_chain(private_of(entry[-1]).chain_hash, entry->id, own.path, entry->mode);
  }
  return true;
}

// Works out the chain of the entry above the top, and records it if it is new.
void enter_chain(ThreadSlot& slot, HeldEntry& entry, pthread_mutex_t* mutex, CallSite site) {
  HeldPrivate& own = private_of(entry);
  // Without room for a record the lock is still held, only nothing can be said about it; that was counted.
  if (!resolve_held(slot)) return;
  entry.id = identity_of(mutex, own.path);
  if (entry.id == format::LockRef::none) return;
  own.chain_hash = extend_chain(private_of((&entry)[-1]).chain_hash, entry.id, own.path, entry.mode);
  KnownChain* known = find_known(slot, own.chain_hash);
  if (known == nullptr) {
    known = record_chain(slot, own.chain_hash, entry.id, site, entry.mode);
  } else if (known->segment != slot.segment) {
    extend_use(slot, *known);
  }
  own.known = known;
  if (++known->pending >= kFlushEvery) flush_chain(*known);
}

}  // namespace

HeldEntry* prepare_slowly(pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (context.inside) return nullptr;
  const InsideHook inside;
  if (attach() == nullptr) return nullptr;
  ThreadSlot& slot = *context.own;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  slot.acquisitions += 1;
  if (HeldEntry* again = find_held(slot, mutex)) return again;
  if (depth_of(slot) == slot.held_capacity - 1 && !grow_held(slot)) {
    withdraw();
    recorder().drop(format::Dropped::held_overflow);
    return nullptr;
  }

  HeldEntry& entry = *top_of(slot);
  uint64_t& high_water = private_of(slot).high_water;
  if (high_water <= depth_of(slot)) high_water = depth_of(slot) + 1;
  flush_hits(slot, entry);
  CallPath* path = path_of(slot, site);
  entry.lock = reinterpret_cast<uint64_t>(mutex);
  entry.id = format::LockRef::none;
  entry.mode = mode;
  entry.recursion = 1;
  private_of(entry) = {kNoMemo, path, site.frame, 0, nullptr};
  if (depth_of(slot) > 0) enter_chain(slot, entry, mutex, site);
  // The memo, and none for what was once taken inside what was here before.
  private_of((&entry)[1]).memo_tag = kNoMemo;
  if (mode == AcquireMode::blocking && path != nullptr && is_taggable(mutex))
    private_of(entry).memo_tag = tag_word(mutex);
  return &entry;
}

void release_slowly(pthread_mutex_t* mutex) {
  if (context.own == nullptr || context.inside) {
    ensure_resolved();
    return;
  }
  const InsideHook inside;
  ThreadSlot& slot = *context.own;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (HeldEntry* entry = find_held(slot, mutex)) {
    if (entry->recursion > 1) {
      entry->recursion -= 1;
    } else {
      cut_out(slot, entry);
    }
    return;
  }
  if (!revoke(mutex)) recorder().drop(format::Dropped::foreign_unlock);
}

bool holds_once(const pthread_mutex_t* mutex) {
  if (context.slot == nullptr) return false;
  const HeldEntry* entry = find_held(*context.slot, mutex);
  return entry != nullptr && entry->recursion == 1;
}

void flush_chain(KnownChain& known) {
  if (known.chain != format::ChainRef::none) {
    std::atomic_ref(recorder().at<format::ChainRecord>(known.chain).count)
        .fetch_add(known.pending, std::memory_order_relaxed);
  }
  known.pending = 0;
}

}  // namespace gordian::hook
