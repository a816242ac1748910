// SPDX-License-Identifier: Apache-2.0
//
// Permits of semaphores that nobody will post any more: their thread has ended with them, or the semaphore,
// or the process. What is noted here is what happened; whether permits of the semaphore are meant to come
// back at all shows in what else was done with it, and is for the analysis to judge.
//
// A semaphore that other processes use may be posted by them, unseen. So its permits are counted when it ends
// or this process does: unless those there and those held here make up what it was made with, it passes for a
// signal.
//
// Thread safety: by any thread, lock-free. Not for the hot path.
#ifndef GORDIAN_RUNTIME_HOOK_PERMITS_H
#define GORDIAN_RUNTIME_HOOK_PERMITS_H

#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// At the end of the calling thread, which from then on has them no more.
void note_permits_kept(ThreadSlot& slot);

// Before a post of a semaphore by an interpreter. The last that a thread of a script does is to post the lock
// that it held for its life (python::Purpose::thread_end); who waits for that may be gone before the thread
// is.
void note_script_thread_end(Lockable semaphore);

// Before the end of a semaphore by a call from `site`, with `permits` left in it.
void note_permits_lost(Lockable semaphore, int permits, CallSite site);

// At the end of the process. `by_call`: the calling thread ends it in order, by exit() or at the end of
// main().
void note_permits_at_exit(bool by_call);

// In the child of a fork.
void forget_permits();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_PERMITS_H
