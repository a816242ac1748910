// SPDX-License-Identifier: Apache-2.0
//
// File locks: those of flock(), and the record locks of lockf() and fcntl().
//
// A file has no address. Its key is made of what tells it from all other files, and of the type of lock,
// since flock() and fcntl() know nothing of each other. Ranges are not told apart: a part stands for the
// whole file, and giving any part back gives all of it back.
//
// No thread owns a file lock: an open file description does, or the process (FileLockType). It is noted as
// held by the thread that took it, and goes when anybody gives it back or closes its descriptor. Threads that
// lock through one description do not wait for each other; so for each descriptor is known what it was used
// to lock, and ingest learns through how many descriptions a file was (note_description()). A description
// with two descriptors is taken to be closed with the first of them.
//
// Thread safety: all calls by any thread, lock-free.
#ifndef GORDIAN_RUNTIME_HOOK_FILE_LOCKS_H
#define GORDIAN_RUNTIME_HOOK_FILE_LOCKS_H

#include "runtime-hook/cancellable_wait.h"
#include "runtime-hook/held_set.h"

namespace gordian::hook {

using format::FileLockType;

// The lock on the file behind `fd`, wanted through this descriptor. False: it cannot be watched.
bool find_file_lock(int fd, FileLockType type, CallSite site, Lockable& lock);
void note_taken(int fd, Lockable lock);

// Before it is given back.
void note_unlock(int fd, FileLockType type);

// Null until the first file lock; then, by descriptor: see file_locks.cpp.
extern uint64_t* descriptors __attribute__((visibility("hidden")));
void forget_descriptor(int fd);
void copy_descriptor(int from, int to);

// Before a descriptor is closed, and after it was duplicated.
inline void note_close(int fd) {
  if (load(descriptors) != nullptr) forget_descriptor(fd);
}
inline void note_copy(int from, int to) {
  if (load(descriptors) != nullptr && to >= 0) copy_descriptor(from, to);
}

// In the child of a fork.
void forget_file_locks();

// `call` is the program's.
template <typename Call>
int take_file_lock(int fd, FileLockType type, How how, CallSite site, Call call) {
  Lockable lock;
  if (!find_file_lock(fd, type, site, lock)) return call();
  // A read lock that becomes a write lock, or the other way round, is waited for anew.
  const HeldEntry* held = find_held(lock);
  if (held != nullptr && how_of(*held).shared != how.shared) release_all(lock);
  HeldEntry* entry = prepare(lock, site, how);
  if (entry == nullptr) return call();
  const int result = how.mode == AcquireMode::try_only
                         ? call()
                         : wait_cancellably(awaited(lock, how), site, {entry, OnCancel::withdraw}, call);
  if (result == 0) {
    commit(entry);
    note_taken(fd, lock);
  } else {
    withdraw();
  }
  return result;
}

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_FILE_LOCKS_H
