// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/bad_unlock.h"

#include "runtime-hook/events.h"
#include "runtime-hook/held_set.h"
#include "runtime-hook/object_state.h"
#include "runtime-hook/other_holders.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

bool is_attached() {
  const InsideHook inside;
  return attach() != nullptr;
}

}  // namespace

void note_bad_unlock(Lockable lock, CallSite site) {
  if (context.inside || !is_attached()) return;
  const int answer = answer_to_stranger(lock);
  const auto detail = static_cast<uint16_t>(answer);
  Holder other;
  if (is_free(lock)) {
    note_event({.kind = format::EventKind::unlock_unheld, .detail = detail, .lock = lock, .site = site});
  } else if (is_anothers(lock, other)) {
    note_event({.kind = format::EventKind::unlock_by_other,
                .detail = detail,
                .lock = lock,
                .site = site,
                .held = &other.entry,
                .other = other.thread});
    if (answer == 0) revoke(lock);
  } else {
    // It was taken where the hook does not see: by this thread, as far as can be told.
    if (answer == 0) revoke(lock);
    recorder().drop(format::Dropped::foreign_unlock);
  }
}

}  // namespace gordian::hook
