// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_RUNTIME_HOOK_BAD_UNLOCK_H
#define GORDIAN_RUNTIME_HOOK_BAD_UNLOCK_H

#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"

namespace gordian::hook {

// Before the real release of a lock that has an owner, which the calling thread is not known to be. If the
// release will succeed, the lock leaves the held set that it is in.
void note_bad_unlock(Lockable lock, CallSite site);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_BAD_UNLOCK_H
