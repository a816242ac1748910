// SPDX-License-Identifier: Apache-2.0
//
// An address is not a lock: memory is reused, and std::mutex is neither initialised nor destroyed by a call.
// This file tells generations of a lock apart, and finds a lock's record in O(1).
//
// Mechanism: glibc leaves some bytes of its lock objects unused (see tag_place() in lockable.h), and what is
// put there survives lock and unlock (tests/e2e checks it on the glibc at hand). A fresh mutex or rwlock has
// zeros there, whoever made it: a static initialiser, a constructor, an init call. So the bytes carry a tag,
// {record reference, class} and {address ^ nonce}: the second word rejects copies of a tagged object and tags
// inherited through fork, zeros reveal reused memory.
//
// Objects that have no room, that other processes read, or that may be gone when they are looked at, are kept
// in a table by address, where only init and destroy end a generation.
//
// Thread safety: all calls by any thread, lock-free.
#ifndef GORDIAN_RUNTIME_HOOK_LOCK_IDENTITY_H
#define GORDIAN_RUNTIME_HOOK_LOCK_IDENTITY_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

// A lock and its class: the stack that all locks have in common that were created, or, if no call did that,
// first taken at the same place.
struct Identity {
  format::LockRef lock;         // none: not known
  format::StackRef lock_class;  // as in its record: `created`, or else `first_taken`
};

// Stands where a lock would for a semaphore that is a signal: one thread posts what another waits for.
inline constexpr format::LockRef kSignal{0xffffffff};

// A tag's high half is the class. Its low half is the lock, or kSignal. Before the lock has a record it is 0,
// or it is marked by the highest bit and says with how many permits a semaphore was made, or through how many
// open file descriptions a file lock was wanted. A second mark: the class is not where the lock was created,
// but where it was first taken. A third: a semaphore that other processes can use.
inline constexpr uint32_t kPermits = 0x8000'0000;
inline constexpr uint32_t kClassTaken = 0xC000'0000;
inline constexpr uint32_t kOtherProcesses = 0x2000'0000;
inline constexpr uint32_t kMostPermits = kOtherProcesses - 1;
inline Identity identity_in(uint64_t tag) {
  const auto low = static_cast<uint32_t>(tag);
  const auto lock = static_cast<format::LockRef>(low);
  return {lock == kSignal || (low & kPermits) == 0 ? lock : format::LockRef::none,
          static_cast<format::StackRef>(static_cast<uint32_t>(tag >> 32))};
}

// The same of what can be held, which is never a signal.
inline Identity identity_of_held(uint64_t tag) {
  const auto low = static_cast<uint32_t>(tag);
  return {static_cast<format::LockRef>(static_cast<int32_t>(low) < 0 ? 0 : low),
          static_cast<format::StackRef>(static_cast<uint32_t>(tag >> 32))};
}

inline uint64_t check_of(uint64_t address) {
  return address ^ nonce;
}

// Tag and check of the objects that have room for them, as they stand: the LockRef in the tag's low half is 0
// as long as the lock was never nested.
inline uint64_t tag_word(const pthread_mutex_t* mutex) {
  return load(reinterpret_cast<const uint64_t&>(mutex->__data.__list.__prev));
}
inline uint64_t tag_word(const pthread_rwlock_t* lock) {
  return load(reinterpret_cast<const uint64_t*>(lock)[2]);
}
inline bool is_tagged(const pthread_mutex_t* mutex) {
  const auto& check = reinterpret_cast<const uint64_t&>(mutex->__data.__list.__next);
  return load(check, std::memory_order_acquire) == check_of(reinterpret_cast<uint64_t>(mutex));
}
inline bool is_tagged(const pthread_rwlock_t* lock) {
  return load(reinterpret_cast<const uint64_t*>(lock)[5], std::memory_order_acquire) ==
         check_of(reinterpret_cast<uint64_t>(lock));
}

// The class of a lock, without writing a record: a program that makes and forgets locks for ever needs no
// more than that once their kind of nesting has its summary (chains.h).
Identity classify(Lockable lock, format::StackRef taken);

// The first call for a generation writes the lock's record. `taken` is where it is, or was, first taken.
Identity identify(Lockable lock, format::StackRef taken);

// Of a lock that has a record, without a look at the object itself.
Identity recorded_identity(format::LockRef lock);

// The entry of a lock in the table. What is known of a semaphore's permits lies beside its tag, since every
// post looks there.
struct alignas(32) Untagged {
  uint64_t key;         // 0: never used
  uint64_t tag;         // as in a tagged object
  uint32_t given_back;  // permits posted by threads that had taken them
  uint32_t awaited;     // 1: see LockAttribute
  uint32_t kept;        // permits that threads had when they ended
};
Untagged* find_untagged(Lockable lock);  // null: nothing is known of it

// All of them, by a hash of their key. What stands where the hash says is found without a search, by a thread
// that is attached.
inline constexpr size_t kUntagged = 1 << 20;
extern Untagged* untagged __attribute__((visibility("hidden")));
inline uint64_t untagged_key(Lockable lock) {
  // Addresses end 8 bits below a word's.
  return lock.address << 8 | static_cast<uint64_t>(lock.kind) | 0x80;
}
inline Untagged* find_untagged_at_once(Lockable lock) {
  const uint64_t key = untagged_key(lock);
  Untagged& entry = untagged[mix(0, key) & (kUntagged - 1)];
  return load(entry.key, std::memory_order_acquire) == key ? &entry : nullptr;
}

// What identify() gave before.
inline Identity known_identity(Lockable lock) {
  const TagPlace place = tag_place(lock);
  if (place.word == nullptr) {
    const Untagged* entry = find_untagged(lock);
    return identity_in(entry != nullptr ? load(entry->tag) : 0);
  }
  const bool valid = load(*place.check, std::memory_order_acquire) == check_of(lock.address);
  return identity_in(valid ? load(*place.word) : 0);
}

// After a successful init: a new generation begins. `permits` is what a semaphore is made with.
void begin_generation(Lockable lock, CallSite site, uint32_t permits = 0);

// The same for a semaphore that is met when it is taken, as in the child of a fork, and is known to be made
// with one permit.
void begin_taken(Lockable semaphore, format::StackRef taken);

// The permits that a semaphore was made with; 0: it is a signal, or nothing is known of it.
uint32_t permits_of(format::LockRef semaphore);
inline uint32_t permits_of(const Untagged& semaphore) {
  const uint64_t tag = load(semaphore.tag, std::memory_order_acquire);
  const Identity identity = identity_in(tag);
  if (identity.lock == kSignal || identity.lock_class == format::StackRef::none) return 0;
  return identity.lock != format::LockRef::none ? permits_of(identity.lock) : tag & kMostPermits;
}
// Whether it is a lock, as far as is known: it was made with one permit.
inline bool has_one_permit(uint64_t tag) {
  const auto low = static_cast<uint32_t>(tag);
  if (tag >> 32 == 0) return false;
  return (low & kPermits) != 0 ? (low & kMostPermits) == 1
                               : low != 0 && permits_of(format::LockRef{low}) == 1;
}
bool is_process_shared(const Untagged& semaphore);

// A thread posts a permit that it had taken. Where there is but one, nobody else does it at the same time.
void note_given_back(Untagged& semaphore, bool to_pool);
inline void add_given_back(Untagged& semaphore) {
  store(semaphore.given_back, load(semaphore.given_back) + 1);
}

// A thread has to wait, for a permit that another has.
void note_awaited(Untagged& semaphore);

// A semaphore that is posted by a thread which had not waited for it is a signal from then on.
void make_signal(Untagged& semaphore);

// A file lock is wanted through an open file description through which it was not wanted before; as long as
// there is but one, the threads that share it do not wait for each other. True: there was none before.
bool note_description(Lockable file, CallSite site);

// A name for the lock, for as long as its address is not given to another.
void name_lock(Lockable lock, const char* name);

// A generation's end, in two steps: what the lock is known by must be found while it still is one (destroying
// a mutex overwrites its kind), and may be cleared only when that has succeeded.
struct DyingLock {
  format::LockRef lock;
  uint64_t* word;  // null: nothing is known of it
  uint64_t* check;
};
DyingLock before_destroy(Lockable lock);
void end_generation(const DyingLock& dying, CallSite site);

bool create_lock_table();
void clear_lock_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_LOCK_IDENTITY_H
