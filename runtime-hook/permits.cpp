// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/permits.h"

#include <semaphore.h>
#include <sys/sem.h>

#include "runtime-hook/contention.h"
#include "runtime-hook/events.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/try_then_wait.h"
#include "runtime-hook/unwind.h"

namespace gordian::hook {

namespace {

using format::EventKind;

// Semaphores that other processes can use, of which permits were kept: to be counted in the end.
constexpr uint32_t kShared = 1024;
Lockable shared[kShared];
uint32_t shared_count;

void count_in_the_end(Lockable semaphore, Untagged& known) {
  const uint32_t count = load(shared_count);
  for (uint32_t i = 0; i < count && i < kShared; ++i) {
    if (shared[i].address == semaphore.address) return;
  }
  const uint32_t place = std::atomic_ref(shared_count).fetch_add(1);
  if (place < kShared) {
    shared[place] = semaphore;
  } else {
    recorder().drop(format::Dropped::event_table);
    make_signal(known);
  }
}

// Locks of an interpreter that no line of a script asked for, or that have lost their meaning with it.
bool is_interpreters_own(const CallPath& path) {
  if (path.script == 0) return waits_if_it_fails(path.return_address);
  return python::is_finalizing(path.return_address);
}

// Null: nothing to tell of.
Untagged* kept_permits(HeldEntry& entry) {
  const Lockable lock{load(entry.lock), entry.kind};
  if (lock.address == 0 || !is_semaphore(lock.kind) || (entry.shared & format::kUndone) != 0) return nullptr;
  Untagged* const known = find_untagged(lock);
  if (known == nullptr || permits_of(*known) == 0 || is_interpreters_own(*private_of(entry).path))
    return nullptr;
  return known;
}

void note(EventKind kind, HeldEntry& entry, const Untagged& known, CallSite site = {},
          format::ThreadRef holder = format::ThreadRef::none) {
  const auto permits = static_cast<uint16_t>(times_taken(entry) < 0xffff ? times_taken(entry) : 0xffff);
  note_event({.kind = kind,
              .detail = permits,
              .lock = {entry.lock, entry.kind},
              .site = site,
              .held = &entry,
              .other = holder,
              .given_back = load(known.given_back)});
}

// Of all threads that have not ended.
template <typename Visit>
void for_each_holding(Lockable semaphore, Visit visit) {
  hot().for_each([&](ThreadSlot& slot) {
    if (load(slot.state) != format::SlotState::live) return;
    HeldEntry* const bottom = bottom_of(slot);
    for (HeldEntry* entry = bottom + depth_of(slot); entry-- > bottom;) {
      if (load(entry->lock) == semaphore.address) visit(slot, *entry);
    }
  });
}

bool add_up(Lockable semaphore, const Untagged& known, int permits) {
  uint64_t sum = static_cast<uint64_t>(permits) + load(known.kept);
  for_each_holding(semaphore, [&](ThreadSlot&, const HeldEntry& entry) { sum += times_taken(entry); });
  return sum == permits_of(known);
}

// Below 0: it is gone.
int permits_in(Lockable semaphore) {
  if (semaphore.kind == LockKind::system_v_semaphore) {
    return real.semctl(set_of(semaphore), number_in_set(semaphore), GETVAL);
  }
  int permits = -1;
  if (is_readable(semaphore.address)) sem_getvalue(reinterpret_cast<sem_t*>(semaphore.address), &permits);
  return permits;
}

}  // namespace

void note_permits_kept(ThreadSlot& slot) {
  for (HeldEntry* entry = top_of(slot); entry-- > bottom_of(slot);) {
    Untagged* const known = kept_permits(*entry);
    if (known == nullptr) continue;
    const Lockable semaphore{entry->lock, entry->kind};
    note(EventKind::kept_at_thread_end, *entry, *known);
    std::atomic_ref(known->kept).fetch_add(times_taken(*entry));
    release_all(semaphore);
    if (is_process_shared(*known)) count_in_the_end(semaphore, *known);
  }
}

void note_script_thread_end(Lockable semaphore) {
  ThreadSlot* const slot = context.own;
  if (slot == nullptr || context.inside || thread_record_of(semaphore.address) != slot->thread) return;
  // The main thread has exit handlers of the script still before it.
  if (slot->tid != recorder().header().pid) note_permits_kept(*slot);
}

void note_permits_lost(Lockable semaphore, int permits, CallSite site) {
  Untagged* const known = find_untagged(semaphore);
  const uint32_t made_with = known != nullptr ? permits_of(*known) : 0;
  if (made_with == 0 || permits >= static_cast<int>(made_with)) return;
  if (!add_up(semaphore, *known, permits)) {
    if (is_process_shared(*known)) make_signal(*known);
    return;
  }
  for_each_holding(semaphore, [&](const ThreadSlot& slot, HeldEntry& entry) {
    if (kept_permits(entry) != nullptr) note(EventKind::permits_lost, entry, *known, site, slot.thread);
  });
}

void note_permits_at_exit(bool by_call) {
  ThreadSlot* const slot = context.own;
  if (by_call && slot != nullptr && load(slot->state) == format::SlotState::live && depth_of(*slot) > 0) {
    Unwound now;
    unwind(reinterpret_cast<uint64_t>(__builtin_dwarf_cfa()), now);
    for (HeldEntry* entry = bottom_of(*slot); entry < top_of(*slot); ++entry) {
      Untagged* const known = kept_permits(*entry);
      if (known == nullptr) continue;
      // Exit in the middle of what the permit was taken for: only other processes miss it.
      const bool of_others = is_process_shared(*known);
      if (!of_others && may_still_run(*private_of(*entry).path, private_of(*entry).frame, now)) continue;
      note(EventKind::kept_at_exit, *entry, *known);
      if (of_others) count_in_the_end({entry->lock, entry->kind}, *known);
    }
  }
  for (uint32_t i = 0; i < load(shared_count) && i < kShared; ++i) {
    Untagged* const known = find_untagged(shared[i]);
    if (known == nullptr || permits_of(*known) == 0) continue;
    const int permits = is_confined() ? -1 : permits_in(shared[i]);
    if (permits < 0 || !add_up(shared[i], *known, permits)) make_signal(*known);
  }
}

void forget_permits() {
  shared_count = 0;
}

}  // namespace gordian::hook
