// SPDX-License-Identifier: Apache-2.0
//
// Who else holds a lock, as far as held sets tell.
#ifndef GORDIAN_RUNTIME_HOOK_OTHER_HOLDERS_H
#define GORDIAN_RUNTIME_HOOK_OTHER_HOLDERS_H

#include "runtime-hook/thread_context.h"

namespace gordian::hook {

struct Holder {
  HeldEntry entry;  // a copy: the thread goes on
  format::ThreadRef thread;
  uint32_t tid;
};

// How often threads other than the calling one hold the lock, each re-entry counted; `one` is one of them.
// O(all that is held), not for the hot path.
uint32_t find_other_holders(Lockable lock, Holder& one);

// The lock is held by `one`, and the calling thread does not hold it unseen: the object says so.
bool is_anothers(Lockable lock, Holder& one);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_OTHER_HOLDERS_H
