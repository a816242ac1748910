// SPDX-License-Identifier: Apache-2.0
//
// The uncontended way through a plain mutex (normal, private, neither robust nor with a priority protocol),
// taken and released in place (in_place.h).
//
// Layout and meaning of the fields are what glibc's static initialisers and its 20 years of 0 (free), 1
// (taken), 2 (taken, perhaps waited for) make them (nptl/pthread_mutex_lock.c, lowlevellock.h).
#ifndef GORDIAN_RUNTIME_HOOK_PLAIN_MUTEX_H
#define GORDIAN_RUNTIME_HOOK_PLAIN_MUTEX_H

#include <pthread.h>
#include <sys/single_threaded.h>

#include <cstddef>
#include <cstdint>

#include "runtime-hook/sys.h"

namespace gordian::hook {

// Type, kind and spin count of a mutex are one word in glibc. This is that of a plain one; a value that no
// mutex has as long as plain mutexes may not be taken in place.
extern uint64_t plain_kind __attribute__((visibility("hidden")));

static_assert(offsetof(pthread_mutex_t, __data.__kind) == 16 &&
              offsetof(pthread_mutex_t, __data.__list) == 24);
inline bool is_plain(const pthread_mutex_t* mutex) {
  return load(reinterpret_cast<const uint64_t&>(mutex->__data.__kind)) == plain_kind;
}

// Takes a plain mutex if it is free. Like glibc, without a locked instruction while there is but one thread.
inline bool take_free(pthread_mutex_t* mutex, uint32_t tid) {
  auto& data = mutex->__data;
  if (load(data.__lock) != 0) return false;
  if (__libc_single_threaded) {
    store(data.__lock, 1);
  } else {
    int free = 0;
    if (!exchange_if(data.__lock, free, 1)) return false;
  }
  store(data.__owner, static_cast<int>(tid));
  store(data.__nusers, load(data.__nusers) + 1);
  return true;
}

// Releases a plain mutex that the caller holds, unless a waiter has to be woken: then nothing is done.
inline bool release_unwaited(pthread_mutex_t* mutex) {
  auto& data = mutex->__data;
  if (load(data.__lock) != 1) return false;
  const int owner = load(data.__owner);
  store(data.__owner, 0);
  store(data.__nusers, load(data.__nusers) - 1);
  if (__libc_single_threaded) {
    store(data.__lock, 0);
    return true;
  }
  int taken = 1;
  if (exchange_if(data.__lock, taken, 0)) return true;
  store(data.__owner, owner);
  store(data.__nusers, load(data.__nusers) + 1);
  return false;
}

void check_plain_mutexes();

// The calling thread's id, as glibc writes it into mutexes: without a system call where it can be had so.
uint32_t own_tid();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_PLAIN_MUTEX_H
