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
// Failing the memo, refill() asks for the thread's step (step.h): the same way of locking, perhaps another
// lock. prepare_slowly() works out whatever is not known yet; only a chain this thread has never been through
// is recorded (record_chain.h). That comes before a call that may block, so a chain that leads into a deadlock
// is in the trace before the deadlock is.
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

// For a plain mutex that has just been taken, blocking or by a trial. refill_...(): fills the entry above the
// top by one of the thread's steps, when nothing is held outside, or something. Null: it takes more than that.
template <AcquireMode mode>
HeldEntry* refill_flat(HeldEntry& above, const pthread_mutex_t* mutex, CallSite site);
template <AcquireMode mode>
HeldEntry* refill_nested(const pthread_mutex_t* mutex, CallSite site);
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

// How the address of a lock stands to that of the one outside.
inline Repeat order_between(const HeldEntry& outer, uint64_t lock) {
  return outer.lock < lock ? Repeat::ascending : Repeat::descending;
}
inline Repeat order_of(HeldEntry& entry, uint64_t lock) {
  return order_between((&entry)[-1], lock);
}

// True if the acquisition of a plain mutex just taken differs from the memo in nothing but the lock, and that
// makes no difference: nothing is held outside, or it is of the same kind and that has its summary. The entry
// is then this acquisition.
inline bool repeats(HeldEntry& above, const pthread_mutex_t* mutex) {
  HeldPrivate& own = private_of(above);
  const uint64_t tag = tag_word(mutex);
  const Identity identity = identity_in(tag);
  const bool same_class = identity_in(own.memo_tag).lock_class == identity.lock_class &&
                          identity.lock_class != format::StackRef::none && is_tagged(mutex);
  const auto repeat = static_cast<Repeat>(above.repeat);
  if (repeat == Repeat::flat) {
    own.hash = 0;
    if (!same_class) own.step = nullptr;
  } else if (!same_class || repeat != order_of(above, reinterpret_cast<uint64_t>(mutex))) {
    return false;
  }
  store(above.lock, reinterpret_cast<uint64_t>(mutex));
  own.memo_tag = tag;
  // The memo above was made inside another lock. What it is the kind of holds if this one's class does.
  HeldEntry& inside = (&above)[1];
  store(inside.lock, uint64_t{0});
  if (same_class) {
    above.id = identity.lock;
  } else {
    above.id = format::LockRef::none;
    inside.repeat = static_cast<uint8_t>(Repeat::none);
  }
  return true;
}

// The same as is_remembered(), for a plain mutex that has just been taken. (Another could be re-entered.)
[[gnu::always_inline]] inline bool is_familiar(const ThreadSlot& slot, HeldEntry& above,
                                               const pthread_mutex_t* mutex, CallSite site) {
  HeldPrivate& own = private_of(above);
  if (load(slot.revoked) != 0 || !is_on_path(*own.path, site)) [[unlikely]]
    return false;
  const bool same = above.lock == reinterpret_cast<uint64_t>(mutex) && own.memo_tag == tag_word(mutex);
  if ((!same && !repeats(above, mutex)) || --above.countdown == 0) [[unlikely]]
    return false;
  own.frame = site.frame;
  return true;
}

// No memo stands for what was once taken inside the entry that was here before.
inline void forget_inside(HeldEntry& entry) {
  (&entry)[1].repeat = static_cast<uint8_t>(Repeat::none);
  private_of((&entry)[1]).memo_tag = kNoMemo;
}

[[gnu::always_inline]] inline Step* step_of_mutex(ThreadSlot& slot, const HeldEntry& entry, const Step* outer,
                                                  const pthread_mutex_t* mutex, uint64_t tag, CallSite site,
                                                  AcquireMode mode) {
  if (load(slot.revoked) != 0 || (tag != 0 && !is_tagged(mutex)) || entry.countdown <= 1) return nullptr;
  const auto taken = taken_as(identity_of_mutex(tag).lock_class, LockKind::mutex, {mode});
  return find_step(steps_of(slot), outer, site, taken);
}

// The entry of a plain mutex that the thread has just taken by `step`.
[[gnu::always_inline]] inline HeldEntry* write_entry(HeldEntry& entry, const pthread_mutex_t* mutex,
                                                     uint64_t tag, CallSite site, AcquireMode mode,
                                                     Repeat repeat, uint64_t hash, Step* step) {
  entry.lock = reinterpret_cast<uint64_t>(mutex);
  entry.id = identity_of_mutex(tag).lock;
  entry.mode = mode;
  entry.repeat = static_cast<uint8_t>(repeat);
  entry.kind = LockKind::mutex;
  entry.shared = 0;
  entry.recursion = 1;
  entry.countdown -= 1;
  private_of(entry) = {mode == AcquireMode::blocking ? tag : kNoMemo, step->path, site.frame, hash, step};
  forget_inside(entry);
  return &entry;
}

template <AcquireMode mode>
[[gnu::always_inline]] inline HeldEntry* refill_flat(HeldEntry& above, const pthread_mutex_t* mutex, CallSite site) {
  const uint64_t tag = tag_word(mutex);
  Step* const step = step_of_mutex(*context.slot, above, nullptr, mutex, tag, site, mode);
  if (step == nullptr) return nullptr;
  return write_entry(above, mutex, tag, site, mode, Repeat::flat, 0, step);
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
