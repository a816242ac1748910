// SPDX-License-Identifier: Apache-2.0
//
// What orders threads besides create and join: barriers, semaphores used as signals, routines that run once.
// Recorded is what each thread did; what follows from it is for the analysis to say (core/ingest/handoffs.h).
//
// Each handoff begins a segment, which costs the thread all that it knows of chains. So each thread tells of
// its first kMaxHandoffs of a family, and past those it pays one comparison a call.
#ifndef GORDIAN_RUNTIME_HOOK_HANDOFFS_H
#define GORDIAN_RUNTIME_HOOK_HANDOFFS_H

#include <pthread.h>
#include <semaphore.h>

#include "runtime-hook/thread_context.h"

namespace gordian::hook {

using format::HandoffFamily;

inline bool tells_of(HandoffFamily family) {
  return context.handoffs[static_cast<uint32_t>(family)] <= format::kMaxHandoffs;
}

// After a wait at a barrier for so many threads, all of this process.
void note_barrier(const pthread_barrier_t* barrier, uint32_t threads);

void note_semaphore_made(const sem_t* semaphore, uint32_t permits);
void note_post_slowly(const sem_t* semaphore);  // before the real post
void note_permit_slowly(const sem_t* semaphore);

// Of a semaphore that is no lock.
inline void note_post(const sem_t* semaphore) {
  if (tells_of(HandoffFamily::semaphores)) note_post_slowly(semaphore);
}
inline void note_permit(const sem_t* semaphore) {
  if (tells_of(HandoffFamily::semaphores)) note_permit_slowly(semaphore);
}

// Begins the segment that a routine runs in, and gives its number; kUnusable: this one is not told of.
uint32_t begin_once_routine();
void note_once_done(const void* control, uint32_t first_segment);
void note_once_returned(const void* control);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_HANDOFFS_H
