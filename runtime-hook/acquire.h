// SPDX-License-Identifier: Apache-2.0
//
// The way of every hook that takes a lock: prepare the entry, take the lock, commit the entry.
#ifndef GORDIAN_RUNTIME_HOOK_ACQUIRE_H
#define GORDIAN_RUNTIME_HOOK_ACQUIRE_H

#include <errno.h>

#include "runtime-hook/held_set.h"
#include "runtime-hook/wait_word.h"

namespace gordian::hook {

// Of the calls that return an error number. With EOWNERDEAD the lock is held.
inline bool acquired(int result) {
  return result == 0 || result == EOWNERDEAD;
}

// Tries first, because only a lock that is taken makes the thread wait, and since when and for what must be
// published before it does. Any other answer of the trial than success is left to the blocking call to give:
// that one is the program's answer.
template <typename Attempt, typename Block>
__attribute__((noinline)) int acquire_slowly(Lockable lock, CallSite site, How how, Attempt attempt,
                                             Block block) {
  HeldEntry* entry = prepare(lock, site, how);
  if (entry == nullptr) return block();
  int result = attempt();
  if (!acquired(result)) {
    const bool waits = how.mode != AcquireMode::timed || is_taken(lock, *entry);
    const WaitWord waiting(awaited(lock, how), site, entry);
    result = block();
    if (waits) measure_wait(lock, *entry);
  }
  acquired(result) ? commit(entry) : withdraw();
  return result;
}

// Of a lock that was free and has been taken in place: no wait was to be published, so it is noted now. The
// ways past the memo stand apart, one behind the other, so that the fast one needs no stack frame.
template <AcquireMode mode, typename Tagged>
__attribute__((noinline)) int note_taken(Tagged lock, CallSite site) {
  const Lockable taken{address_of(lock), Tagged::kKind};
  if (HeldEntry* entry = prepare_taken(taken, site, {mode, Tagged::kShared})) commit(entry);
  return 0;
}
template <AcquireMode mode, typename Tagged>
__attribute__((noinline)) int note_inner_step(Tagged lock, CallSite site, HeldEntry* top) {
  if (!refill_nested<mode>(*top, lock, site)) return note_taken<mode>(lock, site);
  move_top(top + 1);
  return 0;
}
template <AcquireMode mode, typename Tagged>
__attribute__((noinline)) int note_step(Tagged lock, CallSite site, HeldEntry* top) {
  if (top != bottom_of(*context.slot)) return note_inner_step<mode>(lock, site, top);
  if (!refill_flat<mode>(*top, lock, site)) return note_taken<mode>(lock, site);
  move_top(top + 1);
  return 0;
}
template <typename Tagged>
__attribute__((noinline)) int note_another(Tagged lock, CallSite site, HeldEntry* top) {
  if (!repeats_by_kind(*top, lock, site)) return note_step<AcquireMode::blocking>(lock, site, top);
  move_top(top + 1);
  return 0;
}
template <typename Tagged>
[[gnu::always_inline]] inline int note_familiar(Tagged lock, CallSite site, HeldEntry* top) {
  if (!is_where_last(*context.slot, *top, site)) [[unlikely]]
    return note_step<AcquireMode::blocking>(lock, site, top);
  if (!is_familiar(*top, lock, site)) [[unlikely]]
    return note_another(lock, site, top);
  move_top(top + 1);
  return 0;
}

// For calls that judge their arguments before they look at the lock, as those with a time limit do: a trial
// could succeed where they fail.
inline constexpr auto kNoAttempt = [] { return EBUSY; };

// After a trial by the program. Only one that succeeds is of interest: one that fails neither waits nor
// holds.
inline int note_trial(int result, Lockable lock, CallSite site, How how) {
  if (!acquired(result)) return result;
  if (HeldEntry* entry = prepare(lock, site, how)) commit(entry);
  return result;
}

// Before the real release: once that is done, another thread may take, destroy or free the lock.
inline void release(Lockable lock, CallSite site) {
  if (!release_last(lock.address)) release_slowly(lock, site);
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_ACQUIRE_H
