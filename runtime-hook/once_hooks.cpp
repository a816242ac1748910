// SPDX-License-Identifier: Apache-2.0
//
// pthread_once and C11's call_once, by which std::call_once goes too: what the routine did lies before all
// that follows a return from the call, in any thread. That is told of controls with static storage alone.
// Those on the heap come and go, as in every std::promise, and one could not be told from the next at its
// address.
//
// The routine may leave by an exception, which then passes through here: nothing is to be tidied up but what
// is never looked at again.
#include <dlfcn.h>
#include <pthread.h>
#include <threads.h>

#include "runtime-hook/handoffs.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"

using namespace gordian::hook;

namespace gordian::hook {

struct OnceCall {
  const void* control;
  void (*routine)();
  bool ran;
};

}  // namespace gordian::hook

namespace {

const void*& place_of(const void* control) {
  return context.onces_done[(reinterpret_cast<uint64_t>(control) >> 2) % kOncesKnown];
}

bool has_static_storage(const void* control) {
  dl_find_object object;
  return _dl_find_object(const_cast<void*>(control), &object) == 0;
}

void run_routine() {
  OnceCall& call = *context.once;
  call.ran = true;
  const void* const control = call.control;
  const uint32_t first = begin_once_routine();
  call.routine();
  if (first != gordian::format::kUnusable) note_once_done(control, first);
}

template <typename RealOnce>
inline int once(const void* control, void (*routine)(), RealOnce real_once) {
  ensure_resolved();
  if (place_of(control) == control || !tells_of(HandoffFamily::onces) || !has_static_storage(control)) {
    return real_once(routine);
  }
  OnceCall call{control, routine, false};
  OnceCall* const outer = context.once;
  context.once = &call;
  const int result = real_once(run_routine);
  context.once = outer;
  if (result == 0 && !call.ran) note_once_returned(control);
  place_of(control) = control;
  return result;
}

}  // namespace

GORDIAN_EXPORT int pthread_once(pthread_once_t* control, void (*routine)()) {
  return once(control, routine, [=](void (*run)()) { return real.pthread_once(control, run); });
}

GORDIAN_EXPORT void call_once(once_flag* control, void (*routine)()) {
  once(control, routine, [=](void (*run)()) {
    real.call_once(control, run);
    return 0;
  });
}
