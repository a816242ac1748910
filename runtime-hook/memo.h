// SPDX-License-Identifier: Apache-2.0
//
// The hot path: what an entry of the held set remembers.
//
// An entry left behind above the top still says what was last taken there, at which depth, along which call
// path. If the next acquisition is the same one (the same lock, of the same generation, on the same call
// path), everything about it is known: nothing is hashed, nothing shared is written, the top moves up by one.
// That is the memo. What is held outside need not be compared: whenever an entry is filled anew, the memo
// above it is dropped, so a memo can only be reached through the very entries it was made in.
//
// A lock other than the remembered one, on the same path, follows on the memo where that makes no difference:
// see repeats_flat() and repeats_by_kind(). On another path, the thread may know the step (step.h):
// refill_flat() and refill_nested() fill the entry by it, still without a call or a store that others see.
//
// All this is for locks of which the generation is at hand, in an uncontended call. They differ in where
// their tag lies, and have a type each, which the functions here are made for. A memo of one kind must not
// pass for one of another, whose object may come to lie at the same address: so each has a mark, which its
// memo's tag carries in three bits that no class needs: a record file has at most 4 GiB, of which a StackRef
// counts units of 8.
//
// Thread safety: of the calling thread. No call blocks or allocates.
#ifndef GORDIAN_RUNTIME_HOOK_MEMO_H
#define GORDIAN_RUNTIME_HOOK_MEMO_H

#include <pthread.h>
#include <semaphore.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/chains.h"
#include "runtime-hook/lock_identity.h"
#include "runtime-hook/options.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

inline constexpr int kMarkShift = 61;
static_assert(kMostTraceMegabytes * (uint64_t{1} << 20) / format::kRecordAlignment <=
              uint64_t{1} << (kMarkShift - 32));
constexpr uint64_t mark_number(uint64_t number) {
  return number << kMarkShift;
}

// The tag of each as it stands, and whether it is this object's own.
struct TaggedMutex {
  static constexpr LockKind kKind = LockKind::mutex;
  static constexpr bool kShared = false;
  static constexpr uint64_t kMark = mark_number(0);
  const pthread_mutex_t* object;
  uint64_t tag() const { return tag_word(object); }
  bool is_tagged() const { return hook::is_tagged(object); }
};

template <bool shared>
struct TaggedRwlock {
  static constexpr LockKind kKind = LockKind::rwlock;
  static constexpr bool kShared = shared;
  static constexpr uint64_t kMark = mark_number(shared ? 1 : 2);
  const pthread_rwlock_t* object;
  uint64_t tag() const { return tag_word(object); }
  bool is_tagged() const { return hook::is_tagged(object); }
};
using TaggedReader = TaggedRwlock<true>;
using TaggedWriter = TaggedRwlock<false>;

// A semaphore of one permit, which is watched, and its entry in the table.
struct TaggedSemaphore {
  static constexpr LockKind kKind = LockKind::semaphore;
  static constexpr bool kShared = false;
  static constexpr uint64_t kMark = mark_number(3);
  const sem_t* object;
  const Untagged* entry;
  uint64_t tag() const { return load(entry->tag, std::memory_order_acquire); }
  static bool is_tagged() { return true; }
};

template <typename Tagged>
inline uint64_t address_of(Tagged lock) {
  return reinterpret_cast<uint64_t>(lock.object);
}

// Whether an entry remembers this lock, of this generation.
template <typename Tagged>
inline bool is_of(HeldEntry& entry, Tagged lock) {
  return load(entry.lock) == address_of(lock) && private_of(entry).memo_tag == (lock.tag() | Tagged::kMark);
}

// True if the entry above the top is exactly this acquisition. Only blocking acquisitions have memos. It is
// counted here, so the caller has to take the lock, or to have taken it.
template <typename Tagged>
inline bool is_remembered(const ThreadSlot& slot, HeldEntry& above, Tagged lock, CallSite site) {
  HeldPrivate& own = private_of(above);
  if (!is_of(above, lock) || load(slot.revoked) != 0 || !is_on_path(*own.path, site) ||
      --above.countdown == 0) [[unlikely]] {
    return false;
  }
  own.frame = site.frame;
  return true;
}

// Of a lock just taken: true if the acquisition differs from the memo in nothing but the lock, and that makes
// no difference, since nothing is held outside. The entry is then this acquisition.
template <typename Tagged>
inline bool repeats_flat(HeldEntry& above, Tagged lock) {
  HeldPrivate& own = private_of(above);
  const uint64_t tag = lock.tag() | Tagged::kMark;
  if (static_cast<Repeat>(above.repeat) != Repeat::flat || own.memo_tag >> kMarkShift != tag >> kMarkShift)
    return false;
  const Identity identity = identity_of_held(tag);
  const bool same_class = identity_of_held(own.memo_tag).lock_class == identity.lock_class &&
                          tag >> 32 != Tagged::kMark >> 32 && lock.is_tagged();
  own.hash = 0;
  store(above.lock, address_of(lock));
  own.memo_tag = tag;
  // The memo above was made inside another lock. What it is the kind of holds if this one's class does.
  HeldEntry& inside = (&above)[1];
  store(inside.lock, uint64_t{0});
  if (same_class) {
    above.id = identity.lock;
  } else {
    above.id = format::LockRef::none;
    own.step = nullptr;
    inside.repeat = static_cast<uint8_t>(Repeat::none);
  }
  return true;
}

// The same where something is held outside, on the same path, and nestings of this kind are only counted any
// more.
//
// The order of locks drawn at random cannot be foreseen by the processor, so it is no branch. A reader that
// has the lock already takes another way.
template <typename Tagged>
inline bool repeats_by_kind(HeldEntry& above, Tagged lock, CallSite site) {
  HeldPrivate& own = private_of(above);
  const uint64_t tag = lock.tag() | Tagged::kMark;
  if (static_cast<Repeat>(above.repeat) != Repeat::by_kind || Tagged::kShared || above.countdown <= 1 ||
      own.memo_tag >> 32 != tag >> 32 || !lock.is_tagged())
    return false;
  KnownChain* const known = own.step->of_kind[(&above)[-1].lock < address_of(lock) ? 1 : 0];
  if (known == nullptr) return false;
  flush_hits(*context.slot, above);
  own.step->known = known;
  above.countdown -= 1;
  store(above.lock, address_of(lock));
  above.id = identity_of_held(tag).lock;
  own.memo_tag = tag;
  own.frame = site.frame;
  store((&above)[1].lock, uint64_t{0});
  return true;
}

// Of a lock that has just been taken: whether it was taken where the entry above the top was; then, whether
// it is that lock, or might be. (One that has not been taken could be re-entered.) Inlined: the call would
// cost more than most of what they do.
[[gnu::always_inline]] inline bool is_where_last(const ThreadSlot& slot, HeldEntry& above, CallSite site) {
  return load(slot.revoked) == 0 && is_on_path(*private_of(above).path, site);
}
template <typename Tagged>
[[gnu::always_inline]] inline bool is_familiar(HeldEntry& above, Tagged lock, CallSite site) {
  HeldPrivate& own = private_of(above);
  if ((!is_of(above, lock) && !repeats_flat(above, lock)) || --above.countdown == 0) [[unlikely]]
    return false;
  own.frame = site.frame;
  return true;
}

// No memo stands for what was once taken inside the entry that was here before.
inline void forget_inside(HeldEntry& entry) {
  (&entry)[1].repeat = static_cast<uint8_t>(Repeat::none);
  private_of((&entry)[1]).memo_tag = kNoMemo;
}

// The step of a lock just taken inside `outer`, with its tag; null: it is not known.
template <AcquireMode mode, typename Tagged>
[[gnu::always_inline]] inline Step* step_of(ThreadSlot& slot, const HeldEntry& above, const Step* outer,
                                            Tagged lock, uint64_t tag, CallSite site) {
  // A tag that is another's is for the slow way to set right, and a countdown at its end to begin again.
  if (load(slot.revoked) != 0 || (tag != 0 && !lock.is_tagged()) || above.countdown <= 1) return nullptr;
  const auto taken = taken_as(identity_of_held(tag).lock_class, Tagged::kKind, {mode, Tagged::kShared});
  return find_step(steps_of(slot), outer, site, taken);
}

template <AcquireMode mode, typename Tagged>
[[gnu::always_inline]] inline void write_entry(HeldEntry& entry, Tagged lock, uint64_t tag, CallSite site,
                                               Repeat repeat, uint64_t hash, Step* step) {
  entry.lock = address_of(lock);
  entry.id = identity_of_held(tag).lock;
  entry.mode = mode;
  entry.repeat = static_cast<uint8_t>(repeat);
  entry.kind = Tagged::kKind;
  entry.shared = Tagged::kShared ? format::kReadLock : 0;
  entry.recursion = 1;
  entry.countdown -= 1;
  const uint64_t memo = mode == AcquireMode::blocking ? tag | Tagged::kMark : kNoMemo;
  private_of(entry) = {memo, step->path, site.frame, hash, step};
  forget_inside(entry);
}

// Of a lock just taken, blocking or by a trial: fills the entry above the top by one of the thread's steps.
// False: it takes more than that. refill_flat() is for when nothing is held, refill_nested() for when
// something is.
template <AcquireMode mode, typename Tagged>
[[gnu::always_inline]] inline bool refill_flat(HeldEntry& above, Tagged lock, CallSite site) {
  const uint64_t tag = lock.tag();
  Step* const step = step_of<mode>(*context.slot, above, nullptr, lock, tag, site);
  if (step == nullptr) return false;
  write_entry<mode>(above, lock, tag, site, Repeat::flat, 0, step);
  return true;
}
template <AcquireMode mode, typename Tagged>
bool refill_nested(HeldEntry& above, Tagged lock, CallSite site);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_MEMO_H
