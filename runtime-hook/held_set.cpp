// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/held_set.h"

#include "runtime-hook/chains.h"
#include "runtime-hook/record_chain.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

void forget(ThreadSlot& slot, HeldEntry& entry) {
  flush_hits(slot, entry);
  drop_memo(entry);
}

void cut_out(ThreadSlot& slot, HeldEntry* place) {
  HeldEntry* const last = top_of(slot) - 1;
  for (; place < last; ++place) {
    HeldEntry& next = place[1];
    flush_hits(slot, *place);
    // Field by field: they were written one by one a moment ago, and a wider load has to wait for that.
    store(place->lock, load(next.lock));
    place->id = next.id;
    place->mode = next.mode;
    place->recursion = next.recursion;
    place->repeat = static_cast<uint8_t>(Repeat::none);
    private_of(*place) = {kNoMemo, private_of(next).path, private_of(next).frame, 0, nullptr};
  }
  forget(slot, *last);
  set_top(slot, last);
}

// Another thread released locks of ours, see revoke(), or code was unloaded.
void drop_revoked(ThreadSlot& slot) {
  store(slot.revoked, 0U);
  forget_memos(slot);
  refresh_paths(slot);
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
template <Effort effort>
CallPath* path_of(ThreadSlot& slot, CallSite site) {
  CallPath* const last = private_of(*top_of(slot)).path;
  if (is_on_path(*last, site)) return last;
  CallPath** const set =
      private_of(slot).paths + (mix(site.return_address, site.frame) & (kPathCache - kPathWays));
  for (uint32_t way = 0; way < kPathWays; ++way) {
    if (set[way] != nullptr && is_on_path(*set[way], site)) return set[way];
  }
  if (effort == Effort::caches) return nullptr;
  CallPath* const path = &find_path(site);
  uint32_t way = 0;
  while (way < kPathWays && set[way] != nullptr) ++way;
  set[way < kPathWays ? way : slot.acquisitions % kPathWays] = path;
  return path;
}

// Names the lock of `entry` and works out its kind. False: `effort` does not reach.
template <Effort effort>
bool resolve(HeldEntry& entry) {
  HeldPrivate& own = private_of(entry);
  auto* mutex = reinterpret_cast<pthread_mutex_t*>(entry.lock);
  Identity identity = known_identity(mutex);
  if (identity.lock == format::LockRef::none && effort == Effort::everything) {
    identity = identify(mutex, stack_of_path(*own.path));
  }
  if (identity.lock == format::LockRef::none) return false;
  entry.id = identity.lock;
  own.kind = extend(private_of((&entry)[-1]).kind, identity.lock_class, *own.path, entry.mode);
  return true;
}

// Works out what held locks need that were taken while nothing needed them.
template <Effort effort>
bool resolve_held(ThreadSlot& slot) {
  for (HeldEntry* entry = bottom_of(slot); entry < top_of(slot); ++entry) {
    HeldPrivate& own = private_of(*entry);
    if (own.kind != 0) continue;
    if (!resolve<effort>(*entry)) return false;
    // The tag names the lock now.
    if (own.memo_tag != kNoMemo) own.memo_tag = tag_word(reinterpret_cast<pthread_mutex_t*>(entry->lock));
  }
  return true;
}

// Works out the chain of the entry above the top. False: it is not known, and may not be recorded or cannot.
template <Effort effort>
bool enter_chain(ThreadSlot& slot, HeldEntry& entry, CallSite site) {
  HeldPrivate& own = private_of(entry);
  if (!resolve_held<effort>(slot) || !resolve<effort>(entry)) return false;
  const Repeat order = order_of(entry, entry.lock);
  const uint64_t kind = ordered_kind(own.kind, order == Repeat::ascending);
  KnownChain* known = load(summaries_exist) ? find_known(slot, kind) : nullptr;
  if (known != nullptr) {
    entry.repeat = static_cast<uint8_t>(order);
  } else {
    const uint64_t chain = chain_of(slot, entry);
    known = find_known(slot, chain);
    if (known == nullptr && effort == Effort::caches) return false;
    if (known == nullptr) known = record_chain(slot, kind, chain, entry, site);
  }
  own.known = known;
  count(slot, *known, 1);
  return true;
}

// Fills the entry above the top, or finds the one of a lock that is held already. Null: `effort` does not
// reach.
template <Effort effort>
HeldEntry* fill(ThreadSlot& slot, pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (HeldEntry* again = find_held(slot, mutex)) {
    slot.acquisitions += 1;
    return again;
  }
  const uint32_t depth = depth_of(slot);
  if (depth == slot.held_capacity - 1) return nullptr;
  CallPath* path = path_of<effort>(slot, site);
  if (path == nullptr && effort == Effort::caches) return nullptr;

  HeldEntry& entry = *top_of(slot);
  uint32_t& high_water = private_of(slot).high_water;
  if (high_water <= depth) high_water = depth + 1;
  flush_hits(slot, entry);
  entry.lock = reinterpret_cast<uint64_t>(mutex);
  entry.id = format::LockRef::none;
  entry.mode = mode;
  entry.recursion = 1;
  entry.repeat = static_cast<uint8_t>(Repeat::none);
  private_of(entry) = {kNoMemo, path, site.frame, 0, nullptr};
  // No memo stands for what was once taken inside the entry that was here before.
  (&entry)[1].repeat = static_cast<uint8_t>(Repeat::none);
  private_of((&entry)[1]).memo_tag = kNoMemo;
  // A trial waits for nothing and so makes no edge into its lock. Its chain is worked out when a lock inside
  // it needs it. Where there is no room to record a chain the lock is held all the same, and the loss was
  // counted.
  if (depth > 0 && mode != AcquireMode::try_only && !enter_chain<effort>(slot, entry, site) &&
      effort == Effort::caches) {
    return nullptr;
  }
  if (mode == AcquireMode::blocking && is_taggable(mutex)) {
    private_of(entry).memo_tag = tag_word(mutex);
    if (depth == 0) entry.repeat = static_cast<uint8_t>(Repeat::flat);
  } else {
    entry.repeat = static_cast<uint8_t>(Repeat::none);
  }
  slot.acquisitions += 1;
  return &entry;
}

}  // namespace

HeldEntry* prepare_known(ThreadSlot& slot, pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (load(slot.revoked) != 0) return nullptr;
  return fill<Effort::caches>(slot, mutex, site, mode);
}

HeldEntry* prepare_slowly(pthread_mutex_t* mutex, CallSite site, AcquireMode mode) {
  if (context.inside) return nullptr;
  const InsideHook inside;
  if (attach() == nullptr) return nullptr;
  ThreadSlot& slot = *context.own;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (depth_of(slot) == slot.held_capacity - 1 && !grow_held(slot)) {
    recorder().drop(format::Dropped::held_overflow);
    return nullptr;
  }
  return fill<Effort::everything>(slot, mutex, site, mode);
}

bool release_slowly(pthread_mutex_t* mutex) {
  if (context.own == nullptr || context.inside) {
    ensure_resolved();
    return false;
  }
  ThreadSlot& slot = *context.own;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (HeldEntry* entry = find_held(slot, mutex)) {
    if (entry->recursion > 1) {
      entry->recursion -= 1;
    } else {
      cut_out(slot, entry);
    }
    return true;
  }
  if (!revoke(mutex)) recorder().drop(format::Dropped::foreign_unlock);
  return false;
}

bool holds_once(const pthread_mutex_t* mutex) {
  if (context.slot == nullptr) return false;
  const HeldEntry* entry = find_held(*context.slot, mutex);
  return entry != nullptr && entry->recursion == 1;
}

}  // namespace gordian::hook
