// SPDX-License-Identifier: Apache-2.0
//
// Locks that are held at a fork. What the forking thread holds, it goes on holding in the child, as far as it
// is for a thread to hold it. What other threads hold is *left behind*: held in the child by threads that it
// has not got, so that whoever waits for it there waits for ever. They get slots of their own in the child's
// hot file, which say so to whoever looks; the hook itself takes no notice of them.
//
// The hot file is shared: by the time the child looks, its parent may have released what was held at the
// fork. So a copy is made before, in private memory. Each thread has its own, since several may fork at once.
#ifndef GORDIAN_RUNTIME_HOOK_FORKED_LOCKS_H
#define GORDIAN_RUNTIME_HOOK_FORKED_LOCKS_H

#include "runtime-hook/lockable.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

// In the parent: before and after.
void copy_held();
void discard_copy();

// In the child, once the parent's trace has been left: begins one if the thread holds anything.
void inherit_held();

// In the child, when its trace has begun, for whatever reason: most children only exec. By the thread that
// attaches first; only inside the hook.
void take_over_held();

// The child makes such a lock anew, or gives it up: nobody holds it any more.
void forget_left_behind(Lockable lock);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_FORKED_LOCKS_H
