// SPDX-License-Identifier: Apache-2.0
//
// Named semaphores outlive the process that makes them, until somebody removes them. Those that this process
// has made are remembered, and noted if they are still there when it ends.
//
// glibc keeps one in a file of its name: the file tells whether a call makes it, and whether it is still the
// same one, whoever may have removed it.
//
// Thread safety: by any thread, lock-free.
#ifndef GORDIAN_RUNTIME_HOOK_NAMED_SEMAPHORES_H
#define GORDIAN_RUNTIME_HOOK_NAMED_SEMAPHORES_H

#include <cstdint>

#include "runtime-hook/call_path.h"

namespace gordian::hook {

// Inode of its file; 0: there is none, or the hook may not look.
uint64_t find_named_semaphore(const char* name);

// After a call that has made it.
void note_semaphore_made(const char* name, CallSite site);

// At the end of the process.
void note_semaphores_left();

// In the child of a fork: its parent's.
void forget_semaphores_made();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_NAMED_SEMAPHORES_H
