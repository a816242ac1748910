// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/handoffs.h"

#include <unwind.h>

#include "runtime-hook/lock_identity.h"
#include "runtime-hook/runtime.h"

namespace gordian::hook {

namespace {

using format::HandoffKind;

void record(HandoffKind kind, uint64_t object, uint32_t value) {
  const auto written = recorder().append<format::HandoffRef, format::HandoffRecord>(
      format::RecordType::handoff, 0, [&](format::HandoffRecord& record, char*) {
        record.thread = context.own->thread;
        record.segment = context.own->segment;
        record.kind = kind;
        record.value = value;
        record.object = object;
      });
  // Handoffs are counted: after a gap, none of the later ones may be known.
  if (written != format::HandoffRef::none) return;
  for (uint32_t& handoffs : context.handoffs) handoffs = format::kMaxHandoffs + 1;
  recorder().drop(format::Dropped::handoff);
}

// Whether another handoff of the family is to be recorded. The one that is not is said to be missing.
bool counts(HandoffFamily family) {
  uint32_t& handoffs = context.handoffs[static_cast<uint32_t>(family)];
  if (attach() == nullptr) return false;
  if (handoffs++ < format::kMaxHandoffs) return true;
  record(HandoffKind::untold, 0, static_cast<uint32_t>(family));
  return false;
}

template <typename Object>
uint64_t address(const Object* object) {
  return reinterpret_cast<uint64_t>(object);
}

bool is_signal(const sem_t* semaphore) {
  const Untagged* const known = find_untagged(lockable(semaphore));
  return known != nullptr && permits_of(*known) == 0;
}

// A frame that a signal interrupted shows the instruction itself, not the one behind a call.
_Unwind_Reason_Code look_for_signal(_Unwind_Context* frame, void* found) {
  int is_interrupted = 0;
  _Unwind_GetIPInfo(frame, &is_interrupted);
  if (is_interrupted == 0) return _URC_NO_REASON;
  *static_cast<bool*>(found) = true;
  return _URC_END_OF_STACK;
}

bool in_signal_handler() {
  bool found = false;
  _Unwind_Backtrace(look_for_signal, &found);
  return found;
}

}  // namespace

void note_barrier(const pthread_barrier_t* barrier, uint32_t threads) {
  if (!tells_of(HandoffFamily::barriers) || context.inside) return;
  const InsideHook inside;
  if (!counts(HandoffFamily::barriers)) return;
  begin_segment();
  record(HandoffKind::barrier, address(barrier), threads);
}

void note_semaphore_made(const sem_t* semaphore, uint32_t permits) {
  if (!tells_of(HandoffFamily::semaphores) || context.inside) return;
  const InsideHook inside;
  if (counts(HandoffFamily::semaphores)) record(HandoffKind::semaphore_made, address(semaphore), permits);
}

// A handler posts when a signal comes, not when its thread has got somewhere.
void note_post_slowly(const sem_t* semaphore) {
  if (!is_signal(semaphore)) return;
  if (context.inside || context.acquiring) return recorder().drop(format::Dropped::handoff);
  const InsideHook inside;
  if (in_signal_handler())
    context.handoffs[static_cast<uint32_t>(HandoffFamily::semaphores)] = format::kMaxHandoffs;
  if (!counts(HandoffFamily::semaphores)) return;
  begin_segment();
  record(HandoffKind::post, address(semaphore), 0);
}

void note_permit_slowly(const sem_t* semaphore) {
  if (context.inside || !is_signal(semaphore)) return;
  const InsideHook inside;
  if (!counts(HandoffFamily::semaphores)) return;
  begin_segment();
  record(HandoffKind::permit, address(semaphore), 0);
}

uint32_t begin_once_routine() {
  if (!tells_of(HandoffFamily::onces) || context.inside) return format::kUnusable;
  const InsideHook inside;
  if (!counts(HandoffFamily::onces)) return format::kUnusable;
  begin_segment();
  return context.own->segment;
}

void note_once_done(const void* control, uint32_t first_segment) {
  const InsideHook inside;
  begin_segment();
  record(HandoffKind::once_done, address(control), first_segment);
}

void note_once_returned(const void* control) {
  if (!tells_of(HandoffFamily::onces) || context.inside) return;
  const InsideHook inside;
  if (!counts(HandoffFamily::onces)) return;
  begin_segment();
  record(HandoffKind::once_returned, address(control), 0);
}

}  // namespace gordian::hook
