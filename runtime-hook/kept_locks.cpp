// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/kept_locks.h"

#include "runtime-hook/events.h"
#include "runtime-hook/object_state.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

// The memory may be gone by now. Where it is, and what it says, are asked of the kernel and of the object.
bool is_kept(HeldEntry& entry, Lockable lock) {
  if (lock.address == 0 || !has_owner(lock.kind) || !is_readable(lock.address)) return false;
  if (lock.kind == LockKind::mutex && (mutex_state(lock).__kind & kRobust) != 0) return false;
  return !is_free(lock) && (context.is_forked || is_still_taken(lock, entry.shared != 0, context.tid));
}

}  // namespace

void note_kept(format::EventKind kind) {
  if (context.inside || is_confined()) return;
  const ThreadSlot& slot = *context.own;
  for (HeldEntry* entry = bottom_of(slot); entry < top_of(slot); ++entry) {
    const Lockable lock{load(entry->lock), entry->kind};
    if (is_kept(*entry, lock)) note_event({.kind = kind, .lock = lock, .site = {}, .held = entry});
  }
}

}  // namespace gordian::hook
