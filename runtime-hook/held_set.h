// SPDX-License-Identifier: Apache-2.0
//
// The hot path: the calling thread's held set.
//
// The held set is an array in the thread's slot; `top` points behind its last entry. An acquisition fills the
// entry there, if need be: mostly it finds it filled already (memo.h), or knows the way (step.h). Failing
// these, prepare_slowly() works out whatever is not known yet; only a chain this thread has never been
// through is recorded (record_chain.h). That comes before a call that may block, so a chain that leads into a
// deadlock is in the trace before the deadlock is.
//
// A lock released out of order is cut out, and the chain hashes of those inside it are worked out again when
// next needed.
#ifndef GORDIAN_RUNTIME_HOOK_HELD_SET_H
#define GORDIAN_RUNTIME_HOOK_HELD_SET_H

#include <pthread.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/contention.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/memo.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// The parts of prepare() after the memo. prepare_known() looks only into the thread's own caches, calls
// nothing and writes nothing that is shared; null means that this is not enough.
HeldEntry* prepare_known(ThreadSlot& slot, Lockable lock, CallSite site, How how);
HeldEntry* prepare_slowly(Lockable lock, CallSite site, How how);

// Of a lock that has just been taken, or a trial that has.
HeldEntry* prepare_taken(Lockable lock, CallSite site, How how);

// False: not known to be held by the calling thread. Then it leaves another's held set; of a lock that has an
// owner, this is misuse, and `site` says where.
bool release_slowly(Lockable lock, CallSite site);

// For locks that have no owner. release_all(): out of the calling thread's held set, however often it was
// taken; false: it was not there, or a signal handler has interrupted the hook. revoke(): out of every held
// set. It moves no entry, so it may be called in any signal handler; false: it was in none.
bool release_all(Lockable lock);
bool revoke(Lockable lock);
// A post of a semaphore by a signal handler that may have interrupted the hook. False: not held by this
// thread.
bool give_back_interrupted(Lockable lock);
inline void release_everywhere(Lockable lock) {
  release_all(lock);
  revoke(lock);
}

// Of the calling thread, even inside the hook; null: it does not hold the lock.
const HeldEntry* find_held(Lockable lock);
bool holds_once(Lockable lock);  // by the calling thread, and not re-entered

// The entry to commit if the lock is obtained: a new one, or the one there is when the thread holds the lock
// already. Null: this acquisition cannot be recorded.
inline HeldEntry* prepare(Lockable lock, CallSite site, How how) {
  context.acquiring = true;
  if (ThreadSlot* slot = context.slot) {
    if (lock.kind == LockKind::mutex && how.mode == AcquireMode::blocking &&
        is_remembered(*slot, *top_of(*slot),
                      TaggedMutex{reinterpret_cast<const pthread_mutex_t*>(lock.address)}, site))
      return top_of(*slot);
    if (HeldEntry* entry = prepare_known(*slot, lock, site, how)) return entry;
  }
  HeldEntry* entry = prepare_slowly(lock, site, how);
  context.acquiring = entry != nullptr;
  return entry;
}
// The hot path's way of moving the top, which it has just read from the context.
inline void move_top(HeldEntry* top) {
  context.top = top;
  store(context.slot->top, reinterpret_cast<uint64_t>(top), std::memory_order_release);
}

inline void commit(HeldEntry* entry) {
  ThreadSlot& slot = *context.own;
  if (entry == top_of(slot)) {
    if (is_sampled(*entry)) begin_sample(*entry);
    set_top(slot, entry + 1);
  } else {
    entry->recursion += 1;
  }
  context.acquiring = false;
}

// Instead of commit(), when the lock was not obtained: prepare() has counted it.
inline void withdraw() {
  context.own->acquisitions -= 1;
  top_of(*context.own)->recursion = 1;  // no sample
  context.acquiring = false;
}

// True if the lock was the last one taken, not re-entered, and is now out of the held set.
inline bool release_last(uint64_t lock) {
  HeldEntry* const top = context.top;
  if (top == nullptr) [[unlikely]]
    return false;
  HeldEntry* const last = top - 1;  // the one below the bottom has lock 0
  if (load(last->lock) != lock || last->recursion != 1) [[unlikely]]
    return false;
  move_top(last);
  return true;
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_HELD_SET_H
