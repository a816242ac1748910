// SPDX-License-Identifier: Apache-2.0
//
// An address is not a lock: memory is reused, and std::mutex is neither initialised nor destroyed by a call.
// This file tells generations of a lock apart, and finds a lock's record in O(1).
//
// Mechanism: glibc uses the 16 bytes of pthread_mutex_t.__data.__list for robust mutexes only; in all others
// a value put there survives lock and unlock (kinds normal, recursive, errorcheck, adaptive, with and without
// priority inheritance; tests/e2e checks it on the glibc at hand). A fresh mutex has zeros there, whoever
// made it: a static initialiser, a constructor, pthread_mutex_init. So the bytes carry a tag, {record
// reference, class} and {address ^ nonce}: the second word rejects copies of a tagged mutex and tags
// inherited through fork, zeros reveal reused memory.
//
// Process-shared mutexes must not be written to (other processes read them) and robust ones use the bytes:
// those are kept in a table by address, where only init and destroy end a generation.
//
// Thread safety: all calls by any thread, lock-free.
#ifndef GORDIAN_RUNTIME_HOOK_LOCK_IDENTITY_H
#define GORDIAN_RUNTIME_HOOK_LOCK_IDENTITY_H

#include <pthread.h>

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/call_path.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/sys.h"

namespace gordian::hook {

inline constexpr int kRobust = 16;
inline constexpr int kProcessShared = 128;

// The first tag word as it stands: the LockRef in its low half is 0 as long as the lock was never nested.
inline uint64_t tag_word(const pthread_mutex_t* mutex) {
  return load(reinterpret_cast<const uint64_t&>(mutex->__data.__list.__prev));
}

inline bool is_taggable(const pthread_mutex_t* mutex) {
  return (mutex->__data.__kind & (kRobust | kProcessShared)) == 0;
}

// A lock and its class: the stack that all locks have in common that were created, or, if no call did that,
// first taken at the same place.
struct Identity {
  format::LockRef lock;         // none: not known
  format::StackRef lock_class;  // as in its record: `created`, or else `first_taken`
};

// The first call for a generation writes the lock's record. `taken` is where it is, or was, first taken.
Identity identify(pthread_mutex_t* mutex, format::StackRef taken);

inline Identity identity_in(uint64_t tag) {
  return {static_cast<format::LockRef>(static_cast<uint32_t>(tag)),
          static_cast<format::StackRef>(static_cast<uint32_t>(tag >> 32))};
}

inline uint64_t check_of(const pthread_mutex_t* mutex) {
  return reinterpret_cast<uint64_t>(mutex) ^ nonce;
}

inline bool is_tagged(const pthread_mutex_t* mutex) {
  const auto& check = reinterpret_cast<const uint64_t&>(mutex->__data.__list.__next);
  return load(check, std::memory_order_acquire) == check_of(mutex);
}

// What identify() gave before.
Identity identity_in_table(const pthread_mutex_t* mutex);
inline Identity known_identity(const pthread_mutex_t* mutex) {
  if (!is_taggable(mutex)) return identity_in_table(mutex);
  return identity_in(is_tagged(mutex) ? tag_word(mutex) : 0);
}

// After a successful pthread_mutex_init: a new generation begins.
void begin_generation(pthread_mutex_t* mutex, CallSite site);

// A generation's end, in two steps: what the lock is known by must be found while it still is a mutex
// (destroying it overwrites its kind), and may be cleared only when that has succeeded.
struct DyingLock {
  format::LockRef lock;
  uint64_t* word;  // null: nothing is known of it
  uint64_t* check;
};
DyingLock before_destroy(pthread_mutex_t* mutex);
void end_generation(const DyingLock& dying, CallSite site);

bool create_lock_table();
void clear_lock_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_LOCK_IDENTITY_H
