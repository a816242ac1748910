// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/held_set.h"

#include "runtime-hook/chains.h"
#include "runtime-hook/record_chain.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

void cut_out(ThreadSlot& slot, uint32_t place) {
  const uint32_t depth = slot.depth;
  for (uint32_t i = place; i + 1 < depth; ++i) {
    context.held[i] = context.held[i + 1];
    HeldPrivate& own = private_of(context.held[i]);
    own.chain_hash = 0;
    own.outer_hash = ~uint64_t{0};
    own.known = nullptr;
  }
  // Entries that moved, and the vacated one, were reached in other chains: none may serve as a memo.
  private_of(context.held[depth - 1]).outer_hash = ~uint64_t{0};
  store(slot.depth, depth - 1, std::memory_order_release);
}

// Another thread released locks of ours, see revoke(), or code was unloaded.
void drop_revoked(ThreadSlot& slot) {
  store(slot.revoked, 0U);
  forget_memos(slot);
  for (uint32_t i = slot.depth; i-- > 0;) {
    if (load(context.held[i].lock) == 0) cut_out(slot, i);
  }
}

HeldEntry* find_held(ThreadSlot& slot, const pthread_mutex_t* mutex) {
  for (uint32_t i = slot.depth; i-- > 0;) {
    if (context.held[i].lock == reinterpret_cast<uint64_t>(mutex)) return &context.held[i];
  }
  return nullptr;
}

// The mutex was locked by another thread, whose held set must forget it: a normal mutex may be unlocked by
// anyone, and programs that build their own locks from mutexes do so. False: no thread is known to hold it.
bool revoke(const pthread_mutex_t* mutex) {
  bool found = false;
  hot().for_each([&](ThreadSlot& slot) {
    if (load(slot.state) == format::SlotState::free) return;
    HeldEntry* held = hot().held_of(&slot);
    for (uint32_t i = load(slot.depth, std::memory_order_acquire); i-- > 0;) {
      auto expected = reinterpret_cast<uint64_t>(mutex);
      if (!exchange_if(held[i].lock, expected, uint64_t{0})) continue;
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

uint64_t tag_of(const pthread_mutex_t* mutex, format::LockRef lock) {
  return is_taggable(mutex) ? tag_word(mutex) : static_cast<uint32_t>(lock);
}

// Works out the chain hashes of held locks that were taken while nothing needed them.
bool resolve_held(ThreadSlot& slot) {
  for (uint32_t i = 0; i < slot.depth; ++i) {
    HeldEntry& held = context.held[i];
    HeldPrivate& own = private_of(held);
    if (own.chain_hash != 0) continue;
    auto* mutex = reinterpret_cast<pthread_mutex_t*>(held.lock);
    const auto lock = identity_of(mutex, own.path);
    if (lock == format::LockRef::none) return false;
    held.tag = tag_of(mutex, lock);
    own.chain_hash = extend_chain(private_of((&held)[-1]).chain_hash, lock, own.path, held.mode);
  }
  return true;
}

}  // namespace

HeldEntry* prepare_slowly(pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (context.busy) return nullptr;
  const InsideHook inside;
  ThreadSlot* attached = context.slot != nullptr ? context.slot : attach();
  if (attached == nullptr) return nullptr;
  ThreadSlot& slot = *attached;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (HeldEntry* again = find_held(slot, mutex)) return again;
  if (slot.depth == slot.held_capacity - 1) {
    if (!hot().grow_held(&slot)) {
      recorder().drop(format::Dropped::held_overflow);
      return nullptr;
    }
    context.held = hot().held_of(&slot);
  }

  SlotPrivate& thread = private_of(slot);
  if (thread.high_water <= slot.depth) thread.high_water = slot.depth + 1;
  HeldEntry& entry = context.held[slot.depth];
  HeldPrivate& own = private_of(entry);
  CallPath* path = path_of(slot, site);
  entry.lock = reinterpret_cast<uint64_t>(mutex);
  entry.tag = tag_word(mutex);
  entry.recursion = 1;
  entry.mode = mode;
  own = {path, site.frame, 0, ~uint64_t{0}, nullptr};
  if (slot.depth == 0) {
    if (path != nullptr) own.outer_hash = kRootHash;
    return &entry;
  }

  // Without room for a record the lock is still held, only nothing can be said about it; that was counted.
  if (!resolve_held(slot)) return &entry;
  const auto lock = identity_of(mutex, path);
  if (lock == format::LockRef::none) return &entry;
  const uint64_t outer_hash = private_of((&entry)[-1]).chain_hash;
  entry.tag = tag_of(mutex, lock);
  own.chain_hash = extend_chain(outer_hash, lock, path, mode);
  own.known = find_known(slot, own.chain_hash);
  if (own.known == nullptr) {
    own.known = record_chain(slot, own.chain_hash, lock, site, mode);
  } else if (own.known->segment != slot.segment) {
    extend_use(slot, *own.known);
  }
  count(*own.known);
  if (path != nullptr) own.outer_hash = outer_hash;
  return &entry;
}

void release_slowly(pthread_mutex_t* mutex) {
  if (context.slot == nullptr || context.busy) {
    ensure_resolved();
    return;
  }
  const InsideHook inside;
  ThreadSlot& slot = *context.slot;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (HeldEntry* entry = find_held(slot, mutex)) {
    if (entry->recursion > 1) {
      entry->recursion -= 1;
    } else {
      cut_out(slot, static_cast<uint32_t>(entry - context.held));
    }
    return;
  }
  if (!revoke(mutex)) recorder().drop(format::Dropped::foreign_unlock);
}

bool holds_once(const pthread_mutex_t* mutex) {
  if (context.slot == nullptr || context.busy) return false;
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
