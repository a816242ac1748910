// SPDX-License-Identifier: Apache-2.0
//
// Threads: who created whom, who joined whom, and what they are called. The thrd_* of C11 are the same
// threads, which glibc creates and joins by internal calls.
//
// The ends of threads need no hooks: a thread's key destructor sees its own (thread_context.cpp), however it
// comes about.
#include <pthread.h>
#include <threads.h>

#include "runtime-hook/call_path.h"
#include "runtime-hook/cancellable_wait.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/thread_context.h"
#include "runtime-hook/wait_while_holding.h"

using namespace gordian::hook;

namespace {

// Stands between glibc and the program's start routine, so that a thread knows its record before it does
// anything.
SlotPrivate begin(void* argument) {
  auto* slot = static_cast<ThreadSlot*>(argument);
  const SlotPrivate start = private_of(*slot);
  adopt(slot);
  return start;
}

void* start_thread(void* argument) {
  const SlotPrivate start = begin(argument);
  return start.start_routine(start.argument);
}

// A thread of C11 returns an int; its routine is kept as another kind of function only.
using AnyFunction = void (*)();
int start_c11_thread(void* argument) {
  const SlotPrivate start = begin(argument);
  return reinterpret_cast<thrd_start_t>(reinterpret_cast<AnyFunction>(start.start_routine))(start.argument);
}

// `real_create` creates the thread on a slot, or, given none, as the program asked for.
template <typename Create>
inline int create(const pthread_t* thread, bool detached, void* (*start)(void*), void* argument,
                  CallSite site, Create real_create) {
  ThreadSlot* slot = prepare_thread(start, argument, site);
  if (slot == nullptr) return real_create(slot);
  // Read now: the thread may be over, and its slot another's, when create returns.
  const auto record = slot->thread;
  const int result = real_create(slot);
  if (result == 0) {
    // The handle of a detached thread may be another's by now.
    detached ? note_detached(record) : know_handle(*thread, record);
    begin_segment();
  } else {
    discard(slot);
  }
  return result;
}

// The handle may mean another thread as soon as the join is done: it is looked up before.
template <typename Join>
inline int join(pthread_t thread, AcquireMode mode, CallSite site, Join real_join) {
  ensure_resolved();
  const auto joined = thread_record_of(thread);
  const Awaited what{WaitKind::thread, {static_cast<uint64_t>(joined), {}}, {mode}};
  const bool waits = mode != AcquireMode::try_only && joined != gordian::format::ThreadRef::none;
  if (mode != AcquireMode::try_only) note_wait_while_holding(gordian::format::WaitedFor::thread, site);
  const int result = waits ? wait_cancellably(what, site, {}, real_join) : real_join();
  if (result == 0 && joined == gordian::format::ThreadRef::none) note_detached(joined);
  if (result == 0) note_join(joined);
  return result;
}

bool is_detached(const pthread_attr_t* attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  return attributes != nullptr && pthread_attr_getdetachstate(attributes, &state) == 0 &&
         state == PTHREAD_CREATE_DETACHED;
}

// The handle may mean another thread as soon as it is done.
template <typename Detach>
inline int detach(pthread_t thread, Detach real_detach) {
  ensure_resolved();
  const auto detached = thread_record_of(thread);
  const int result = real_detach();
  if (result == 0) note_detached(detached);
  return result;
}

}  // namespace

GORDIAN_EXPORT int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                                  void* argument) {
  return create(thread, is_detached(attributes), start, argument, GORDIAN_CALL_SITE(), [&](ThreadSlot* slot) {
    return slot != nullptr ? real.pthread_create(thread, attributes, start_thread, slot)
                           : real.pthread_create(thread, attributes, start, argument);
  });
}

GORDIAN_EXPORT int thrd_create(thrd_t* thread, thrd_start_t start, void* argument) {
  const auto routine = reinterpret_cast<void* (*)(void*)>(reinterpret_cast<AnyFunction>(start));
  return create(thread, false, routine, argument, GORDIAN_CALL_SITE(), [&](ThreadSlot* slot) {
    return slot != nullptr ? real.thrd_create(thread, start_c11_thread, slot)
                           : real.thrd_create(thread, start, argument);
  });
}

GORDIAN_EXPORT int pthread_join(pthread_t thread, void** value) {
  return join(thread, AcquireMode::blocking, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_join(thread, value); });
}

GORDIAN_EXPORT int pthread_tryjoin_np(pthread_t thread, void** value) {
  return join(thread, AcquireMode::try_only, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_tryjoin_np(thread, value); });
}

GORDIAN_EXPORT int pthread_timedjoin_np(pthread_t thread, void** value, const timespec* until) {
  return join(thread, AcquireMode::timed, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_timedjoin_np(thread, value, until); });
}

GORDIAN_EXPORT int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock,
                                        const timespec* until) {
  return join(thread, AcquireMode::timed, GORDIAN_CALL_SITE(),
              [&] { return real.pthread_clockjoin_np(thread, value, clock, until); });
}

GORDIAN_EXPORT int thrd_join(thrd_t thread, int* value) {
  return join(thread, AcquireMode::blocking, GORDIAN_CALL_SITE(),
              [&] { return real.thrd_join(thread, value); });
}

GORDIAN_EXPORT int pthread_detach(pthread_t thread) {
  return detach(thread, [=] { return real.pthread_detach(thread); });
}

GORDIAN_EXPORT int thrd_detach(thrd_t thread) {
  return detach(thread, [=] { return real.thrd_detach(thread); });
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
