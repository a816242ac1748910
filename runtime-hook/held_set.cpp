// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/held_set.h"

#include "runtime-hook/bad_unlock.h"
#include "runtime-hook/chains.h"
#include "runtime-hook/contention.h"
#include "runtime-hook/events.h"
#include "runtime-hook/record_chain.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

void forget(ThreadSlot& slot, HeldEntry& entry) {
  flush_hits(slot, entry);
  drop_memo(entry);
}

// One that others can follow on. What is held flat may have no class yet.
inline bool has_step(HeldEntry& entry) {
  const Step* const step = private_of(entry).step;
  return step != nullptr && class_in(step->taken) != format::StackRef::none;
}

// That of an entry that has moved to `place`; null: not known.
Step* step_further_out(ThreadSlot& slot, HeldEntry& place, const HeldPrivate& moved) {
  const bool nested = &place != bottom_of(slot);
  if (moved.step == nullptr || (nested && !has_step((&place)[-1]))) return nullptr;
  const Step* const outer = nested ? private_of((&place)[-1]).step : nullptr;
  return make_step(steps_of(slot), outer, *moved.path, moved.step->taken);
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
    place->kind = next.kind;
    place->shared = next.shared;
    place->recursion = times_taken(next);  // what was noted of a sample was noted by place
    place->repeat = static_cast<uint8_t>(Repeat::none);
    const HeldPrivate& moved = private_of(next);
    private_of(*place) = {kNoMemo, moved.path, moved.frame, 0, step_further_out(slot, *place, moved)};
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

HeldEntry* find_held(const ThreadSlot& slot, Lockable lock) {
  for (HeldEntry* entry = top_of(slot); entry-- > bottom_of(slot);) {
    if (entry->lock == lock.address) return entry;
  }
  return nullptr;
}

// How far the work on an acquisition may go. `caches` looks only where nothing outside the hook can be called
// (but for what an interpreter says of its threads, see python_frames.h) and nothing shared is written, and
// gives up otherwise; `everything` learns and records what is new.
enum class Effort : uint8_t { caches, everything };

// The path cache has four places for each call site, frame and place in a script, since a function may be
// called from several lines. A new path takes an empty place, or any of them.
template <Effort effort>
CallPath* path_of(ThreadSlot& slot, Lockable lock, CallSite site) {
  if (effort == Effort::everything) find_interpreter(lock, site.return_address);
  const uint64_t script = script_key(lock, site.return_address);
  const auto fits = [=](const CallPath& path) { return is_from(path, script) && is_on_path(path, site); };
  CallPath* const last = private_of(*top_of(slot)).path;
  if (fits(*last)) return last;
  CallPath** const set = private_of(slot).cache->paths +
                         ((mix(site.return_address, site.frame) ^ script) & (kPathCache - kPathWays));
  for (uint32_t way = 0; way < kPathWays; ++way) {
    if (set[way] != nullptr && fits(*set[way])) return set[way];
  }
  if (effort == Effort::caches) return nullptr;
  CallPath* const path = &find_path(site, script);
  uint32_t way = 0;
  while (way < kPathWays && set[way] != nullptr) ++way;
  set[way < kPathWays ? way : slot.acquisitions % kPathWays] = path;
  return path;
}

// The tag of a lock of which there are memos, with its mark. Those of an interpreter's semaphores would not
// know which script they are for.
uint64_t marked_tag(Lockable lock, CallSite site, How how) {
  if (lock.kind == LockKind::mutex) {
    const auto* mutex = reinterpret_cast<const pthread_mutex_t*>(lock.address);
    return is_taggable(mutex) ? tag_word(mutex) : kNoMemo;
  }
  if (lock.kind == LockKind::rwlock) {
    const auto* rwlock = reinterpret_cast<const pthread_rwlock_t*>(lock.address);
    if (is_process_shared(lock) || readers_queue(lock)) return kNoMemo;
    return tag_word(rwlock) | (how.shared ? TaggedReader::kMark : TaggedWriter::kMark);
  }
  if (lock.kind != LockKind::semaphore || how.pool || python::is_interpreter(site.return_address))
    return kNoMemo;
  const Untagged* const known = find_untagged_at_once(lock);
  return known != nullptr ? load(known->tag) | TaggedSemaphore::kMark : kNoMemo;
}

// After its tag has changed, the memo of an entry goes on to hold.
void refresh_memo(HeldEntry& entry) {
  HeldPrivate& own = private_of(entry);
  const CallSite site{own.path->return_address, own.frame};
  if (own.memo_tag != kNoMemo) own.memo_tag = marked_tag({entry.lock, entry.kind}, site, how_of(entry));
}

// As if another thread had released it.
void give_up(HeldEntry& entry) {
  store(entry.lock, uint64_t{0});
  store(context.own->revoked, 1U);
}

// False: a semaphore that has been found to be a signal since it was taken. Nobody holds it then.
bool set_lock(HeldEntry& entry, format::LockRef lock) {
  if (lock == kSignal) {
    give_up(entry);
    return false;
  }
  entry.id = lock;
  return true;
}

// Before the memory of a lock is looked into, other than the one that is being taken. False: it has been
// freed.
template <Effort effort>
bool is_there(HeldEntry& entry, Lockable lock) {
  HeldEntry* const wanted = top_of(*context.own);
  const bool held = &entry < wanted;
  if (!held || context.is_forked || is_still_taken(lock, entry.shared != 0, context.tid)) return true;
  if (effort == Effort::everything) {
    note_event_at(*private_of(*wanted).path, {.kind = format::EventKind::freed_while_held,
                                              .lock = lock,
                                              .site = {},
                                              .held = &entry,
                                              .lock_is_gone = true});
    give_up(entry);
  }
  return false;
}

// Names the lock of `entry`, which writes its record if it has none. False: `effort` does not reach.
template <Effort effort>
bool resolve_lock(HeldEntry& entry) {
  if (entry.id != format::LockRef::none || is_of_pool(entry)) return true;
  const Lockable lock{load(entry.lock), entry.kind};
  if (lock.address == 0) return false;  // released by another thread this very moment
  if (!is_there<effort>(entry, lock)) return false;
  Identity identity = known_identity(lock);
  if (identity.lock == format::LockRef::none && effort == Effort::everything) {
    identity = identify(lock, stack_of_path(*private_of(entry).path));
    refresh_memo(entry);
  }
  return set_lock(entry, identity.lock) && entry.id != format::LockRef::none;
}

// The class of its lock, for which that needs no record. None: `effort` does not reach. A mutex is asked
// itself even if it has one: it has just been touched, its record has not.
template <Effort effort>
format::StackRef resolve_class(HeldEntry& entry) {
  if (entry.id != format::LockRef::none && entry.kind != LockKind::mutex)
    return recorded_identity(entry.id).lock_class;
  const Lockable lock{load(entry.lock), entry.kind};
  if (lock.address == 0 || !is_there<effort>(entry, lock)) return format::StackRef::none;
  Identity identity = known_identity(lock);
  if (identity.lock_class == format::StackRef::none && effort == Effort::everything) {
    identity = classify(lock, stack_of_path(*private_of(entry).path));
    refresh_memo(entry);
  }
  return set_lock(entry, identity.lock) ? identity.lock_class : format::StackRef::none;
}

// Works out the chain hash of all that is held, as far as it was taken while nothing needed it, and of the
// entry above. False: `effort` does not reach.
template <Effort effort>
bool resolve_hashes(ThreadSlot& slot) {
  HeldEntry* entry = top_of(slot);
  private_of(*entry).hash = 0;
  while (entry > bottom_of(slot) && private_of(entry[-1]).hash == 0) --entry;
  for (; entry <= top_of(slot); ++entry) {
    const uint64_t outer = entry == bottom_of(slot) ? outermost(Hashed::chain) : private_of(entry[-1]).hash;
    if (!resolve_lock<effort>(*entry)) return false;
    HeldPrivate& own = private_of(*entry);
    own.hash = is_of_pool(*entry) ? outer : extend(outer, entry->id, *own.path, how_of(*entry));
  }
  return true;
}

void forget_all_steps(ThreadSlot& slot) {
  forget_memos(slot);
  forget_steps(steps_of(slot));
}

// The same for the steps. Null: `effort` does not reach, or more is held than there can be steps.
template <Effort effort>
Step* resolve_steps(ThreadSlot& slot) {
  for (bool had_room = true;; had_room = false) {
    HeldEntry* entry = top_of(slot);
    while (entry > bottom_of(slot) && !has_step(entry[-1])) --entry;
    Step* step = entry > bottom_of(slot) ? private_of(entry[-1]).step : nullptr;
    for (; entry <= top_of(slot); ++entry) {
      if (is_of_pool(*entry)) continue;
      HeldPrivate& own = private_of(*entry);
      const format::StackRef lock_class = resolve_class<effort>(*entry);
      if (lock_class == format::StackRef::none) return nullptr;
      own.step =
          make_step(steps_of(slot), step, *own.path, taken_as(lock_class, entry->kind, how_of(*entry)));
      if (own.step == nullptr) break;
      step = own.step;
    }
    if (entry > top_of(slot)) return step;
    forget_all_steps(slot);
    if (!had_room) return nullptr;
  }
}

// Whether what is taken now has a chain: something is held that others may wait for.
inline bool is_nested(const ThreadSlot& slot) {
  const HeldEntry* outer = bottom_of(slot);
  while (outer < top_of(slot) && is_of_pool(*outer)) ++outer;
  return outer < top_of(slot);
}

// What `entry` stands in for its chain.
HeldEntry& outer_of(HeldEntry& entry) {
  HeldEntry* outer = &entry - 1;
  while (is_of_pool(*outer)) --outer;
  return *outer;
}

// Works out the chain of the entry above the top, whose lock is held already in a re-entry, or finds the
// summary of its kind. False: it is not known, and may not be recorded or cannot.
template <Effort effort>
bool enter_chain(ThreadSlot& slot, HeldEntry& entry, CallSite site, bool reentry) {
  Step* const step = resolve_steps<effort>(slot);
  if (step == nullptr && effort == Effort::caches) return false;
  const HeldEntry& outer = outer_of(entry);
  KnownChain* known = nullptr;
  uint64_t kind = 0;
  if (step != nullptr) {
    const bool ascending = outer.lock < entry.lock;
    kind = reentry ? reentry_kind(step->kind) : ordered_kind(step->kind, ascending);
    if (load(summaries_exist)) known = find_known(slot, kind);
    if (!reentry) step->of_kind[ascending ? 1 : 0] = known;
    // What repeats it is compared with the entry next to it.
    if (known != nullptr && &outer == &entry - 1) entry.repeat = static_cast<uint8_t>(Repeat::by_kind);
  }
  if (known == nullptr) {
    if (!resolve_hashes<effort>(slot)) return false;
    const uint64_t chain = private_of(entry).hash;
    known = find_known(slot, chain);
    if (known == nullptr && effort == Effort::caches) return false;
    if (known == nullptr) known = record_chain(slot, step != nullptr ? kind : chain, chain, entry, site);
  }
  if (step != nullptr) store(step->known, known);
  count(slot, *known, 1);
  return true;
}

// The chain hash of an acquisition right inside `outside`. 0: more has to be found out first.
inline uint64_t chain_inside(const ThreadSlot& slot, HeldEntry& outside, format::LockRef lock,
                             const CallPath& path, How how) {
  uint64_t& outer = private_of(outside).hash;
  if (lock == format::LockRef::none) return 0;
  if (outer == 0) {
    if (&outside != bottom_of(slot) || outside.id == format::LockRef::none) return 0;
    outer = extend(outermost(Hashed::chain), outside.id, *private_of(outside).path, how_of(outside));
  }
  return extend(outer, lock, path, how);
}

// Whether the thread may hold the lock already. It does not hold a plain mutex that it has just taken.
enum class Reentry : uint8_t { possible, excluded };

// Makes the memo of an entry just filled, and its step, where there are any.
void remember(ThreadSlot& slot, HeldEntry& entry, bool nested, CallSite site, How how) {
  const Lockable lock{entry.lock, entry.kind};
  const uint64_t marked = marked_tag(lock, site, how);
  if (marked == kNoMemo) return;
  HeldPrivate& own = private_of(entry);
  const Identity identity = known_identity(lock);
  if (!nested) {
    // Now, when its memory is at hand: what is taken inside will ask.
    if (identity.lock != kSignal) entry.id = identity.lock;
    entry.repeat = static_cast<uint8_t>(Repeat::flat);
  }
  if (own.step == nullptr && (!nested || has_step((&entry)[-1]))) {
    const Step* const outer = nested ? private_of((&entry)[-1]).step : nullptr;
    own.step = make_step(steps_of(slot), outer, *own.path, taken_as(identity.lock_class, lock.kind, how));
  }
  if (own.step != nullptr) {
    keep_way(steps_of(slot), own.step, site);
  } else if (!has_room(steps_of(slot))) {
    forget_all_steps(slot);
  }
  // Hits are counted by the step.
  if (how.mode == AcquireMode::blocking && (own.step != nullptr || !nested)) own.memo_tag = marked;
}

// Fills the entry above the top, or finds the one of a lock that is held already. Null: `effort` does not
// reach.
template <Effort effort, Reentry reentry = Reentry::possible>
inline HeldEntry* fill(ThreadSlot& slot, Lockable lock, CallSite site, How how) {
  HeldEntry* const again = reentry == Reentry::possible ? find_held(slot, lock) : nullptr;
  const bool behind_writers = how.mode != AcquireMode::try_only && readers_queue(lock);
  if (again != nullptr && !(behind_writers && how.shared)) {
    slot.acquisitions += 1;
    return again;
  }
  const uint32_t depth = depth_of(slot);
  if (depth == slot.held_capacity - 1) return nullptr;
  CallPath* path = path_of<effort>(slot, lock, site);
  if (effort == Effort::caches && (path == nullptr || !has_stack(*path))) return nullptr;
  // Whoever looks at the held set from outside finds the stack in the trace.
  if (effort == Effort::everything) stack_of_path(*path);
  if (purpose_of(*path) == python::Purpose::trial) how.mode = AcquireMode::try_only;

  HeldEntry& entry = *top_of(slot);
  uint32_t& high_water = private_of(slot).high_water;
  if (high_water <= depth) high_water = depth + 1;
  if (entry.countdown == 0) entry.countdown = 1;  // a memo has counted this acquisition already
  flush_hits(slot, entry);
  entry.lock = lock.address;
  entry.id = format::LockRef::none;
  entry.mode = how.mode;
  entry.kind = lock.kind;
  entry.shared = static_cast<uint8_t>((how.shared ? format::kReadLock : 0) |
                                      (how.pool ? format::kOfPool : 0) | (how.undone ? format::kUndone : 0));
  entry.recursion = 1;
  entry.repeat = static_cast<uint8_t>(Repeat::none);
  private_of(entry) = {kNoMemo, path, site.frame, 0, nullptr};
  forget_inside(entry);
  // A trial waits for nothing and so makes no edge into its lock. Its chain is worked out when a lock inside
  // it needs it. Where there is no room to record a chain the lock is held all the same, and the loss was
  // counted. A permit of a pool keeps nobody out: it has no place in chains. Where readers queue behind
  // writers, a reader that reads again waits for a writer that need hold nothing, so both are recorded.
  const bool nested = is_nested(slot);
  const bool has_chain = nested || (behind_writers && !how.shared);
  if (has_chain && !how.pool && how.mode != AcquireMode::try_only &&
      !enter_chain<effort>(slot, entry, site, again != nullptr) && effort == Effort::caches) {
    return nullptr;
  }
  if (again != nullptr) {
    drop_memo(entry);
    slot.acquisitions += 1;
    return again;
  }
  remember(slot, entry, nested, site, how);
  slot.acquisitions += 1;
  entry.countdown -= 1;
  if (entry.countdown == 0) {
    entry.countdown = kSampleEvery;
    mark_sampled(entry);
  }
  entry.counted_from = entry.countdown;
  return &entry;
}

}  // namespace

template <AcquireMode mode, typename Tagged>
bool refill_nested(HeldEntry& above, Tagged lock, CallSite site) {
  ThreadSlot& slot = *context.slot;
  HeldEntry& outside = (&above)[-1];
  if (!has_step(outside) || &above == bottom_of(slot) + (slot.held_capacity - 1)) return false;
  // Only readers and semaphores can be taken again.
  if (Tagged::kKind != LockKind::mutex && find_held(slot, {address_of(lock), Tagged::kKind}) != nullptr)
    return false;
  const uint64_t tag = lock.tag();
  Step* const step = step_of<mode>(slot, above, private_of(outside).step, lock, tag, site);
  if (step == nullptr) return false;

  Repeat repeat = Repeat::none;
  uint64_t hash = 0;
  KnownChain* known = nullptr;
  if (mode != AcquireMode::try_only) {
    known = step->of_kind[outside.lock < address_of(lock) ? 1 : 0];
    if (known != nullptr) {
      repeat = Repeat::by_kind;
    } else {
      hash = chain_inside(slot, outside, identity_of_held(tag).lock, *step->path, {mode, Tagged::kShared});
      if (hash != 0) known = find_known(slot, hash);
      if (known == nullptr) return false;
    }
  }
  flush_hits(slot, above);
  store(step->known, known);
  write_entry<mode>(above, lock, tag, site, repeat, hash, step);
  return true;
}

template bool refill_nested<AcquireMode::blocking>(HeldEntry&, TaggedMutex, CallSite);
template bool refill_nested<AcquireMode::try_only>(HeldEntry&, TaggedMutex, CallSite);
template bool refill_nested<AcquireMode::blocking>(HeldEntry&, TaggedReader, CallSite);
template bool refill_nested<AcquireMode::blocking>(HeldEntry&, TaggedWriter, CallSite);
template bool refill_nested<AcquireMode::blocking>(HeldEntry&, TaggedSemaphore, CallSite);

HeldEntry* prepare_known(ThreadSlot& slot, Lockable lock, CallSite site, How how) {
  if (load(slot.revoked) != 0) return nullptr;
  return fill<Effort::caches>(slot, lock, site, how);
}

HeldEntry* prepare_taken(Lockable lock, CallSite site, How how) {
  ThreadSlot& slot = *context.slot;
  if (load(slot.revoked) == 0) {
    HeldEntry* const entry = lock.kind == LockKind::mutex
                                 ? fill<Effort::caches, Reentry::excluded>(slot, lock, site, how)
                                 : fill<Effort::caches>(slot, lock, site, how);
    if (entry != nullptr) return entry;
  }
  return prepare_slowly(lock, site, how);
}

HeldEntry* prepare_slowly(Lockable lock, CallSite site, How how) {
  if (context.inside) return nullptr;
  const InsideHook inside;
  if (attach() == nullptr) return nullptr;
  ThreadSlot& slot = *context.own;
  if (load(slot.revoked) != 0) drop_revoked(slot);
  if (depth_of(slot) == slot.held_capacity - 1 && !grow_held(slot)) {
    recorder().drop(format::Dropped::held_overflow);
    return nullptr;
  }
  return fill<Effort::everything>(slot, lock, site, how);
}

namespace {

bool release_own(ThreadSlot& slot, Lockable lock) {
  if (load(slot.revoked) != 0) drop_revoked(slot);
  HeldEntry* const entry = find_held(slot, lock);
  if (entry == nullptr) return false;
  if (times_taken(*entry) > 1) {
    entry->recursion -= 1;
    return true;
  }
  const bool keeps_memo = is_sampled(*entry) && entry + 1 == top_of(slot);
  if (is_sampled(*entry)) end_sample(*entry);
  keeps_memo ? set_top(slot, entry) : cut_out(slot, entry);
  return true;
}

}  // namespace

bool release_slowly(Lockable lock, CallSite site) {
  ensure_resolved();
  if (context.inside) return false;
  if (context.own != nullptr && release_own(*context.own, lock)) return true;
  if (has_owner(lock.kind)) {
    note_bad_unlock(lock, site);
  } else if (context.own != nullptr) {
    revoke(lock);
  }
  return false;
}

bool release_all(Lockable lock) {
  if (context.own == nullptr || context.inside || context.acquiring) return false;
  HeldEntry* entry = find_held(*context.own, lock);
  if (entry != nullptr) cut_out(*context.own, entry);
  return entry != nullptr;
}

bool give_back_interrupted(Lockable lock) {
  HeldEntry* const entry = context.own != nullptr ? find_held(*context.own, lock) : nullptr;
  if (entry == nullptr) {
    revoke(lock);
  } else if (times_taken(*entry) > 1) {
    entry->recursion -= 1;
  } else {
    give_up(*entry);
  }
  return entry != nullptr;
}

// The lock may have been taken by another thread, whose held set must forget it: a normal mutex may be
// unlocked by anyone, and programs that build their own locks from mutexes do so; a semaphore is often posted
// by another thread.
bool revoke(Lockable lock) {
  bool found = false;
  hot().for_each([&](ThreadSlot& slot) {
    if (load(slot.state) == format::SlotState::free) return;
    HeldEntry* const bottom = bottom_of(slot);
    for (HeldEntry* entry = bottom + depth_of(slot); entry-- > bottom;) {
      uint64_t expected = lock.address;
      if (!exchange_if(entry->lock, expected, uint64_t{0})) continue;
      store(slot.revoked, 1U, std::memory_order_release);
      found = true;
    }
  });
  return found;
}

const HeldEntry* find_held(Lockable lock) {
  return context.own != nullptr ? find_held(*context.own, lock) : nullptr;
}

bool holds_once(Lockable lock) {
  if (context.slot == nullptr) return false;
  const HeldEntry* entry = find_held(*context.slot, lock);
  return entry != nullptr && times_taken(*entry) == 1;
}

}  // namespace gordian::hook
