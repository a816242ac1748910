// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/wait_while_holding.h"

#include "runtime-hook/events.h"

namespace gordian::hook {

void note_wait_while_holding(format::WaitedFor what, CallSite site) {
  if (context.slot == nullptr) return;
  for (HeldEntry* entry = top_of(*context.slot); entry-- > bottom_of(*context.slot);) {
    const Lockable lock{load(entry->lock), entry->kind};
    if (lock.address == 0 || !has_owner(lock.kind)) continue;
    note_event({.kind = format::EventKind::wait_while_holding,
                .detail = static_cast<uint16_t>(what),
                .lock = lock,
                .site = site,
                .held = entry});
    return;
  }
}

}  // namespace gordian::hook
