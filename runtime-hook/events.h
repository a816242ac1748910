// SPDX-License-Identifier: Apache-2.0
//
// What happens to a lock besides that it is taken: recorded once for each kind, class of lock, place, and
// place where it was taken, and from then on counted in that record. So the trace grows with distinct faults,
// not with their number.
//
// Thread safety: by any thread, lock-free. Costs a look-up of the call path and one in a table: not for the
// hot path.
#ifndef GORDIAN_RUNTIME_HOOK_EVENTS_H
#define GORDIAN_RUNTIME_HOOK_EVENTS_H

#include <cstdint>

#include "core/format/trace_format.h"
#include "runtime-hook/call_path.h"
#include "runtime-hook/lockable.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

struct Event {
  format::EventKind kind;
  uint16_t detail = 0;
  Lockable lock;
  CallSite site = {};                                 // of the call, where there is one
  CallPath* path = nullptr;                           // of one that is over
  HeldEntry* held = nullptr;                          // how the lock was taken, by this thread or by another
  format::ThreadRef other = format::ThreadRef::none;  // whose entry that is, if another's
  bool lock_is_gone = false;                          // its memory must not be looked at
  uint32_t given_back = 0;                            // see EventRecord
  const char* text = "";
};

// `duration_ns`: of what takes time.
void note_event(const Event& event, uint64_t duration_ns = 0);

// The same inside the hook, of an attached thread, at a place that is known already.
void note_event_at(CallPath& path, const Event& event, uint64_t duration_ns = 0);

bool create_event_table();
void clear_event_table();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_EVENTS_H
