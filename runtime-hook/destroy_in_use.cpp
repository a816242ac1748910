// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/destroy_in_use.h"

#include <gnu/libc-version.h>
#include <stdlib.h>

#include "runtime-hook/events.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/object_state.h"
#include "runtime-hook/other_holders.h"

namespace gordian::hook {

namespace {

using format::DestroyedWhile;

Event destroyed(DestroyedWhile how, Lockable lock, CallSite site) {
  return {.kind = format::EventKind::destroy_in_use,
          .detail = static_cast<uint16_t>(how),
          .lock = lock,
          .site = site};
}

// glibc refuses to destroy a mutex that counts users.
bool is_refused(Lockable lock) {
  return lock.kind == LockKind::mutex && (mutex_state(lock).__kind & kRobust) == 0 &&
         load(mutex_state(lock).__nusers) != 0;
}

// A lock that is taken, but in no held set, is taken by code that is not watched, or by another process.
void note_destroy_of_taken(Lockable lock, CallSite site) {
  if (lock.kind == LockKind::mutex && has_dead_owner(lock)) return;
  Event event =
      destroyed(is_refused(lock) ? DestroyedWhile::held_and_refused : DestroyedWhile::held, lock, site);
  Holder holder;
  if (const HeldEntry* own = find_held(lock)) {
    holder.entry = *own;
  } else if (is_anothers(lock, holder)) {
    event.other = holder.thread;
  } else {
    return;
  }
  event.held = &holder.entry;
  note_event(event);
}

// Threads in pthread_cond_wait that no signal was meant for. Those that one was meant for may still be on
// their way out, as POSIX allows: pthread_cond_destroy waits for them. glibc keeps the waiters in two groups:
// one that signals are for, whose size counts those left, and those that came later
// (nptl/pthread_cond_wait.c; the fields mean something else from 2.41 on). Under its internal lock nothing
// can be told.
uint32_t count_unsignalled(const pthread_cond_t* condition) {
  static const bool is_known = atoi(gnu_get_libc_version() + 2) <= 40;
  const auto& data = condition->__data;
  const unsigned size_and_lock = load(data.__g1_orig_size, std::memory_order_acquire);
  if (!is_known || load(data.__wrefs) >> 3 == 0 || (size_and_lock & 3) != 0) return 0;
  const uint64_t sequence = load(data.__wseq.__value64);
  const uint64_t group_start = load(data.__g1_start.__value64) >> 1;
  const uint64_t newer = sequence & 1;
  const auto late = static_cast<uint32_t>((sequence >> 1) - group_start - (size_and_lock >> 2)) +
                    load(data.__g_size[newer]);
  return late + load(data.__g_size[newer ^ 1]);
}

}  // namespace

void note_destroy_in_use(Lockable lock, CallSite site) {
  if (lock.kind == LockKind::semaphore) {
    if (has_waiters(reinterpret_cast<const sem_t*>(lock.address))) {
      note_event(destroyed(DestroyedWhile::awaited, lock, site));
    }
  } else if (!is_free(lock)) {
    note_destroy_of_taken(lock, site);
  } else if (lock.kind == LockKind::mutex && is_awaited_by_conditions(lock)) {
    const auto how = is_refused(lock) ? DestroyedWhile::awaited_and_refused : DestroyedWhile::awaited;
    note_event(destroyed(how, lock, site));
  }
}

void note_destroy_in_use(const pthread_cond_t* condition, CallSite site) {
  if (count_unsignalled(condition) == 0) return;
  Event event = destroyed(DestroyedWhile::condition_awaited, {}, site);
  event.lock_is_gone = true;
  note_event(event);
}

// Who has met all others may destroy the barrier though they are still on their way out. Those of a round
// that is not complete wait for somebody: arrivals beyond the last complete round
// (nptl/pthread_barrier_wait.c).
void note_destroy_in_use(const pthread_barrier_t* barrier, CallSite site) {
  struct State {
    unsigned arrived;
    unsigned complete;
  };
  const auto& state = *reinterpret_cast<const State*>(barrier);
  if (load(state.arrived) <= load(state.complete)) return;
  Event event = destroyed(DestroyedWhile::barrier_awaited, {}, site);
  event.lock_is_gone = true;
  note_event(event);
}

}  // namespace gordian::hook
