// SPDX-License-Identifier: Apache-2.0
//
// The hot path: the calling thread's held set.
//
// The held set is an array in the thread's slot; `top` points behind its last entry. An entry left behind
// above the top still says what was last taken there, at which depth, along which call path. If the next
// acquisition is the same one (the same lock, of the same generation, on the same call path), everything
// about it is known: nothing is hashed, nothing shared is written, the top moves up by one. That is the memo.
// What is held outside need not be compared: whenever an entry is filled anew, the memo above it is dropped,
// so a memo can only be reached through the very entries it was made in.
//
// Failing the memo, prepare_slowly() works out path and chain hash and asks the thread's caches; only a chain
// this thread has never been through is recorded (record_chain.h). Both come before the call that may block,
// so a chain that leads into a deadlock is in the trace before the deadlock is.
//
// A lock released out of order is cut out, and the chain hashes of those inside it are worked out again when
// next needed.
#ifndef GORDIAN_RUNTIME_HOOK_HELD_SET_H
#define GORDIAN_RUNTIME_HOOK_HELD_SET_H

#include <pthread.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/contention.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// The parts of prepare() after the memo. prepare_known() looks only into the thread's own caches, calls
// nothing and writes nothing that is shared; null means that this is not enough.
HeldEntry* prepare_known(ThreadSlot& slot, Lockable lock, CallSite site, How how);
HeldEntry* prepare_slowly(Lockable lock, CallSite site, How how);

// Both for a plain mutex that has just been taken.
HeldEntry* prepare_taken(ThreadSlot& slot, const pthread_mutex_t* mutex, CallSite site, AcquireMode mode);

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

// The memo: true if the entry above the top is exactly this acquisition. Only blocking acquisitions have
// memos. It is counted here, so the caller has to take the lock, or to have taken it.
inline bool is_remembered(const ThreadSlot& slot, HeldEntry& above, const pthread_mutex_t* mutex,
                          CallSite site) {
  HeldPrivate& own = private_of(above);
  if (above.lock != reinterpret_cast<uint64_t>(mutex) || own.memo_tag != tag_word(mutex) ||
      load(slot.revoked) != 0 || !is_on_path(*own.path, site) || --above.countdown == 0) [[unlikely]] {
    return false;
  }
  own.frame = site.frame;
  return true;
}

// The same as is_remembered(), in steps, for a plain mutex that has just been taken. (Another could be
// re-entered.) First whether it was taken where the entry above the top was.
inline bool is_where_last(const ThreadSlot& slot, HeldEntry& above, CallSite site) {
  return load(slot.revoked) == 0 && is_on_path(*private_of(above).path, site);
}

// Of the class of the lock that the entry was last of.
inline bool is_alike(HeldEntry& above, const pthread_mutex_t* mutex) {
  const auto lock_class = identity_in(tag_word(mutex)).lock_class;
  return identity_in(private_of(above).memo_tag).lock_class == lock_class &&
         lock_class != format::StackRef::none && is_tagged(mutex);
}

// Makes the entry that of another lock. The memo above it was made inside the one before; what it is the kind
// of holds if the class does.
inline void replace_lock(HeldEntry& above, const pthread_mutex_t* mutex, bool alike) {
  const uint64_t tag = tag_word(mutex);
  HeldEntry& inside = (&above)[1];
  if (!alike) inside.repeat = static_cast<uint8_t>(Repeat::none);
  above.id = alike ? identity_in(tag).lock : format::LockRef::none;
  store(above.lock, reinterpret_cast<uint64_t>(mutex));
  private_of(above).memo_tag = tag;
  store(inside.lock, uint64_t{0});
}

// Then whether it is the same lock, or another while nothing is held outside, which makes no difference. The
// entry is this acquisition then.
inline bool is_familiar(HeldEntry& above, const pthread_mutex_t* mutex, CallSite site) {
  HeldPrivate& own = private_of(above);
  if (above.lock != reinterpret_cast<uint64_t>(mutex) || own.memo_tag != tag_word(mutex)) {
    if (static_cast<Repeat>(above.repeat) != Repeat::flat) return false;
    own.hash = 0;
    replace_lock(above, mutex, is_alike(above, mutex));
  }
  if (--above.countdown == 0) [[unlikely]]
    return false;
  own.frame = site.frame;
  return true;
}

// Then whether it is one of the same kind inside another lock, and that has its summary, or only the order of
// addresses is another, and that kind has one too.
//
// Locks drawn at random are not in the processor's caches, nor can it foresee their order. So the order is no
// branch, and nothing is stored to a place that depends on what the mutex holds: the next one's miss would
// have to wait for it.
inline bool repeats(HeldEntry& above, const pthread_mutex_t* mutex, CallSite site) {
  if (above.countdown == 0 || !is_alike(above, mutex) ||
      !takes_order(above, (&above)[-1].lock < reinterpret_cast<uint64_t>(mutex)))
    return false;
  replace_lock(above, mutex, true);
  private_of(above).frame = site.frame;
  return --above.countdown != 0;
}

// The entry to commit if the lock is obtained: a new one, or the one there is when the thread holds the lock
// already. Null: this acquisition cannot be recorded.
inline HeldEntry* prepare(Lockable lock, CallSite site, How how) {
  context.acquiring = true;
  if (ThreadSlot* slot = context.slot) {
    if (lock.kind == LockKind::mutex && how.mode == AcquireMode::blocking &&
        is_remembered(*slot, *top_of(*slot), reinterpret_cast<const pthread_mutex_t*>(lock.address), site))
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
