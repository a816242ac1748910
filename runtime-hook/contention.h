// SPDX-License-Identifier: Apache-2.0
//
// How long locks are waited for and held, by class of lock, in records that are updated in place.
//
// Every wait is measured: a thread that has to block does not mind two readings of the clock. Of the
// acquisitions one in kSampleEvery is followed to its release, and the fast way through lock and unlock costs
// nothing for it: the acquisition is one that takes the slow way anyway, to which the countdown of its entry
// leads, and a mark on the entry makes the release take the slow way too.
//
// A thread gathers its times for a while before it adds them to a record, which all threads share: that costs
// more than a short wait lasts. Those of a thread that runs, or was killed, are told up to its last turn.
//
// Thread safety: by any thread, lock-free.
#ifndef GORDIAN_RUNTIME_HOOK_CONTENTION_H
#define GORDIAN_RUNTIME_HOOK_CONTENTION_H

#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// Of a lock that is about to be asked for: calls that are not tried first, such as timed ones, wait only
// then. System V semaphores and file locks do not tell.
bool is_taken(Lockable lock, const HeldEntry& wanted);

// After a wait that the thread's wait word tells of. The thread has the lock now, which others may wait for:
// all but the reading of the clock is left for its next wait, or the end.
void measure_wait(Lockable lock, HeldEntry& wanted);
void note_last_wait(ThreadCache& cache);

// In HeldEntry::recursion.
inline constexpr uint32_t kSampled = ~format::kTimesTaken;
inline bool is_sampled(const HeldEntry& entry) {
  return (entry.recursion & kSampled) != 0;
}
inline uint32_t times_taken(const HeldEntry& entry) {
  return entry.recursion & ~kSampled;
}

// Follows the acquisition that an entry was filled for to its release.
void mark_sampled(HeldEntry& entry);

// When the lock of a marked entry is obtained, and before it is released.
void begin_sample(const HeldEntry& entry);
void end_sample(HeldEntry& entry);

// Adds all that a thread has measured to the records.
void flush_times(ThreadCache& cache);

bool create_contention_table();
void clear_contention_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_CONTENTION_H
