// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/events.h"

#include <string.h>

#include "runtime-hook/lock_identity.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/table.h"

namespace gordian::hook {

namespace {

using format::EventRecord;
using format::EventRef;
using format::LockRef;
using format::StackRef;

struct EventSlot {
  uint64_t hash;  // 0: free
  EventRef record;
};
Table<EventSlot, &EventSlot::hash, 16> events;

void add(EventRecord& record, uint64_t duration_ns) {
  std::atomic_ref(record.count).fetch_add(1, std::memory_order_relaxed);
  if (duration_ns == 0) return;
  std::atomic_ref(record.total_ns).fetch_add(duration_ns, std::memory_order_relaxed);
  uint64_t longest = load(record.max_ns);
  while (longest < duration_ns && !exchange_if(record.max_ns, longest, duration_ns)) {
  }
}

}  // namespace

void note_event(const Event& event, uint64_t duration_ns) {
  if (context.inside) return;
  const InsideHook inside;
  if (attach() == nullptr) return;
  const uint64_t caller = event.site.return_address;
  CallPath& over = event.path != nullptr ? *event.path : paths[0];
  // A script's interpreter has let go of its own lock before a call that blocks: its frames cannot be read.
  const bool by_script = event.kind != format::EventKind::blocking_call;
  const uint64_t script = caller != 0 && by_script ? script_key(event.lock, caller) : 0;
  note_event_at(caller != 0 ? find_path(event.site, script) : over, event, duration_ns);
}

void note_event_at(CallPath& path, const Event& event, uint64_t duration_ns) {
  const Lockable lock = event.lock;
  CallPath& held = event.held != nullptr ? *private_of(*event.held).path : paths[0];
  const StackRef taken = stack_of_path(event.held != nullptr ? held : path);
  Identity identity;
  if (event.held != nullptr && event.held->id != LockRef::none) {
    identity = recorded_identity(event.held->id);
  } else if (!event.lock_is_gone) {
    identity = known_identity(lock);
  }
  const StackRef lock_class = identity.lock_class != StackRef::none ? identity.lock_class : taken;
  const uint64_t what = static_cast<uint64_t>(event.kind) << 16 | event.detail;
  const uint64_t places = uint64_t{number_of(path)} << 32 | number_of(held);
  EventSlot* const slot = events.find_or_add(mix(mix(what, static_cast<uint64_t>(lock_class)), places) | 1);
  if (slot == nullptr) {
    recorder().drop(format::Dropped::event_table);
    return;
  }
  EventRef record = load(slot->record, std::memory_order_acquire);
  if (record == EventRef::none) {
    if (identity.lock == LockRef::none && !event.lock_is_gone) identity = identify(lock, taken);
    const auto length = static_cast<uint32_t>(strlen(event.text));
    const StackRef where = stack_of_path(path);
    const StackRef held_at = stack_of_path(held);
    const auto written = recorder().append<EventRef, EventRecord>(format::RecordType::event, length,
                                                                  [&](EventRecord& fresh, char* text) {
                                                                    fresh.kind = event.kind;
                                                                    fresh.detail = event.detail;
                                                                    fresh.text_length = length;
                                                                    fresh.lock = identity.lock;
                                                                    fresh.thread = context.own->thread;
                                                                    fresh.other = event.other;
                                                                    fresh.where = where;
                                                                    fresh.held_at = held_at;
                                                                    memcpy(text, event.text, length);
                                                                  });
    if (written == EventRef::none) return;
    // Two threads may do it at once: both records stay, and the first one entered counts.
    if (exchange_if(slot->record, record, written)) record = written;
  }
  EventRecord& told = recorder().at<EventRecord>(record);
  store(told.given_back, event.given_back);
  add(told, duration_ns);
}

bool create_event_table() {
  return events.create();
}

void clear_event_table() {
  events.clear();
}

}  // namespace gordian::hook
