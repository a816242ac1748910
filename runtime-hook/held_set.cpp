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

// How far the work on an acquisition may go. `caches` looks only where nothing outside the hook can be called
// and nothing shared is written, and gives up otherwise; `everything` learns and records what is new.
enum class Effort : uint8_t { caches, everything };

// The path cache has four places for each call site and frame, since a function may be called from several
// lines. A new path takes an empty place, or any of them.
CallPath* path_of(ThreadSlot& slot, CallSite site, Effort effort) {
  CallPath* const last = private_of(*top_of(slot)).path;
  if (last != nullptr && is_current(*last) && is_on_path(*last, site)) return last;
  CallPath** const set =
      private_of(slot).paths + (mix(site.return_address, site.frame) & (kPathCache - kPathWays));
  for (uint32_t way = 0; way < kPathWays; ++way) {
    if (set[way] != nullptr && is_current(*set[way]) && is_on_path(*set[way], site)) return set[way];
  }
  if (effort == Effort::caches) return nullptr;
  CallPath* path = find_path(site);
  uint32_t way = 0;
  while (way < kPathWays && set[way] != nullptr) ++way;
  set[way < kPathWays ? way : slot.acquisitions % kPathWays] = path;
  return path;
}

format::LockRef identity_of(pthread_mutex_t* mutex, CallPath* path, Effort effort) {
  const auto known = known_identity(mutex);
  if (known != format::LockRef::none || effort == Effort::caches) return known;
  return identify(mutex, path != nullptr ? stack_of_path(*path) : format::StackRef::none);
}

// Works out the chain hashes of held locks that were taken while nothing needed them.
bool resolve_held(ThreadSlot& slot, Effort effort) {
  for (HeldEntry* entry = bottom_of(slot); entry < top_of(slot); ++entry) {
    HeldPrivate& own = private_of(*entry);
    if (own.chain_hash != 0) continue;
    auto* mutex = reinterpret_cast<pthread_mutex_t*>(entry->lock);
    entry->id = identity_of(mutex, own.path, effort);
    if (entry->id == format::LockRef::none) return false;
    if (own.memo_tag != kNoMemo) own.memo_tag = tag_word(mutex);  // it names the lock now
    own.chain_hash = extend_chain(private_of(entry[-1]).chain_hash, entry->id, own.path, entry->mode);
  }
  return true;
}

// Works out the chain of the entry above the top. False: it is not known, and may not be recorded or cannot.
bool enter_chain(ThreadSlot& slot, HeldEntry& entry, pthread_mutex_t* mutex, CallSite site, Effort effort) {
  HeldPrivate& own = private_of(entry);
  if (!resolve_held(slot, effort)) return false;
  entry.id = identity_of(mutex, own.path, effort);
  if (entry.id == format::LockRef::none) return false;
  const uint64_t hash = extend_chain(private_of((&entry)[-1]).chain_hash, entry.id, own.path, entry.mode);
  KnownChain* known = find_known(slot, hash);
  if (known == nullptr && effort == Effort::caches) return false;
  if (known == nullptr) known = record_chain(slot, hash, entry.id, site, entry.mode);
  own.chain_hash = hash;
  own.known = known;
  count(slot, *known, 1);
  return true;
}

// Fills the entry above the top, or finds the one of a lock that is held already. Null: `effort` does not
// reach.
HeldEntry* fill(ThreadSlot& slot, pthread_mutex_t* mutex, CallSite site, AcquireMode mode, Effort effort) {
  if (HeldEntry* again = find_held(slot, mutex)) {
    slot.acquisitions += 1;
    return again;
  }
  const uint32_t depth = depth_of(slot);
  if (depth == slot.held_capacity - 1) return nullptr;
  CallPath* path = path_of(slot, site, effort);
  if (path == nullptr && effort == Effort::caches) return nullptr;

  HeldEntry& entry = *top_of(slot);
  uint64_t& high_water = private_of(slot).high_water;
  if (high_water <= depth) high_water = depth + 1;
  flush_hits(slot, entry);
  entry.lock = reinterpret_cast<uint64_t>(mutex);
  entry.id = format::LockRef::none;
  entry.mode = mode;
  entry.recursion = 1;
  private_of(entry) = {kNoMemo, path, site.frame, 0, nullptr};
  // No memo stands for what was once taken inside the entry that was here before.
  private_of((&entry)[1]).memo_tag = kNoMemo;
  // A trial waits for nothing and so makes no edge into its lock. Its chain is worked out when a lock inside
  // it needs it. Where there is no room to record a chain the lock is held all the same, and the loss was
  // counted.
  if (depth > 0 && mode != AcquireMode::try_only && !enter_chain(slot, entry, mutex, site, effort) &&
      effort == Effort::caches) {
    return nullptr;
  }
  if (mode == AcquireMode::blocking && path != nullptr && is_taggable(mutex)) {
    private_of(entry).memo_tag = tag_word(mutex);
  }
  slot.acquisitions += 1;
  return &entry;
}

}  // namespace

HeldEntry* prepare_known(ThreadSlot& slot, pthread_mutex_t* mutex, CallSite site) {
  if (load(slot.revoked) != 0) return nullptr;
  return fill(slot, mutex, site, AcquireMode::blocking, Effort::caches);
}

HeldEntry* prepare_slowly(pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (context.inside) return nullptr;
  if (context.slot != nullptr && load(context.slot->revoked) == 0) {
    if (HeldEntry* entry = fill(*context.slot, mutex, site, mode, Effort::caches)) return entry;
  }
  const InsideHook inside;
  if (attach() == nullptr) return nullptr;
  ThreadSlot& slot = *context.own;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (depth_of(slot) == slot.held_capacity - 1 && !grow_held(slot)) {
    recorder().drop(format::Dropped::held_overflow);
    return nullptr;
  }
  return fill(slot, mutex, site, mode, Effort::everything);
}

void release_slowly(pthread_mutex_t* mutex) {
  if (context.own == nullptr || context.inside) {
    ensure_resolved();
    return;
  }
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

}  // namespace gordian::hook
