// SPDX-License-Identifier: Apache-2.0
//
// Threads: who created whom, who joined whom, and what they are called.
#include <pthread.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/thread_context.h"

using namespace gordian::hook;

namespace {

// Stands between glibc and the program's start routine, so that a thread knows its record before it does
// anything.
void* start_thread(void* argument) {
  auto* slot = static_cast<ThreadSlot*>(argument);
  const SlotPrivate start = private_of(*slot);
  adopt(slot);
  return start.start_routine(start.argument);
}

void note_join(gordian::format::ThreadRef joined) {
  if (joined == gordian::format::ThreadRef::none || context.own == nullptr) return;
  const InsideHook inside;
  begin_segment();
  recorder().append<gordian::format::ThreadRef, gordian::format::SyncRecord>(
      gordian::format::RecordType::sync, 0, [&](gordian::format::SyncRecord& record, char*) {
        record.thread = context.own->thread;
        record.other = joined;
        record.kind = gordian::format::SyncKind::join;
        record.segment = context.own->segment;
      });
}

// The handle may mean another thread as soon as the join is done: it is looked up before.
template <typename Join>
inline int join(pthread_t thread, Join real_join) {
  ensure_resolved();
  const auto joined = thread_record_of(thread);
  const int result = real_join();
  if (result == 0) note_join(joined);
  return result;
}

}  // namespace

GORDIAN_EXPORT int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                                  void* argument) {
  ThreadSlot* slot = prepare_thread(start, argument, GORDIAN_CALL_SITE());
  if (slot == nullptr) return real.pthread_create(thread, attributes, start, argument);
  const auto record =
      slot->thread;  // read now: the thread may be over, and its slot another's, when create returns
  const int result = real.pthread_create(thread, attributes, start_thread, slot);
  if (result == 0) {
    know_handle(*thread, record);
    begin_segment();
  } else {
    discard(slot);
  }
  return result;
}

GORDIAN_EXPORT int pthread_join(pthread_t thread, void** value) {
  return join(thread, [&] { return real.pthread_join(thread, value); });
}

GORDIAN_EXPORT int pthread_tryjoin_np(pthread_t thread, void** value) {
  return join(thread, [&] { return real.pthread_tryjoin_np(thread, value); });
}

GORDIAN_EXPORT int pthread_timedjoin_np(pthread_t thread, void** value, const timespec* until) {
  return join(thread, [&] { return real.pthread_timedjoin_np(thread, value, until); });
}

GORDIAN_EXPORT int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock,
                                        const timespec* until) {
  return join(thread, [&] { return real.pthread_clockjoin_np(thread, value, clock, until); });
}

GORDIAN_EXPORT int pthread_setname_np(pthread_t thread, const char* name) {
  ensure_resolved();
  const int result = real.pthread_setname_np(thread, name);
  const auto record = thread_record_of(thread);
  if (result == 0 && record != gordian::format::ThreadRef::none) {
    const InsideHook inside;
    record_name(record, name);
  }
  return result;
}
