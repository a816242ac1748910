// SPDX-License-Identifier: Apache-2.0
//
// Calls that may block, made while a lock is held: each is counted before it is made, and what it cost is
// added when it has put the thread to sleep. Whether it has is the kernel's word, its count of the times the
// thread gave up the processor of its own accord: so neither a descriptor that does not block nor a page that
// was in memory nor a busy machine is taken for a wait.
//
// With nothing held, a hook of this kind costs one thread-local load and a branch. Otherwise about a
// microsecond, half of it for the two questions to the kernel. A call that is cancelled was counted and
// leaves nothing to undo.
#ifndef GORDIAN_RUNTIME_HOOK_BLOCKING_CALL_H
#define GORDIAN_RUNTIME_HOOK_BLOCKING_CALL_H

#include <stdio.h>

#include "core/format/blocking_call.h"
#include "runtime-hook/call_path.h"
#include "runtime-hook/real.h"
#include "runtime-hook/runtime.h"
#include "runtime-hook/thread_context.h"

namespace gordian::hook {

using format::BlockingCall;

inline bool holds_locks() {
  const HeldEntry* const top = context.top;
  return top != nullptr && top != bottom_of(*context.slot);
}

struct CallBegun {
  uint64_t sleeps;  // of the thread, up to now
  uint64_t at_ns;
};

CallBegun begin_call(BlockingCall call, CallSite site);
bool has_slept(const CallBegun& begun);
// Keeps errno. `fd` is -1 where there is no descriptor.
void note_sleep(BlockingCall call, CallSite site, const CallBegun& begun, int fd);

// What a call is about: a descriptor, or a stream, which has one.
inline int descriptor_of(int fd) {
  return fd;
}
inline int descriptor_of(FILE* stream) {
  const KeepErrno keep;
  return stream != nullptr ? fileno(stream) : -1;
}
inline constexpr int kNoDescriptor = -1;

template <typename Subject, typename Call>
__attribute__((noinline)) auto watch_call(BlockingCall which, Subject subject, CallSite site, Call call) {
  const CallBegun begun = begin_call(which, site);
  const auto result = call();
  if (has_slept(begun)) note_sleep(which, site, begun, descriptor_of(subject));
  return result;
}

// A hook that passes its arguments on. The hook itself may come here while it makes ready.
#define GORDIAN_WATCH_AS(which, result, name, subject, parameters, arguments) \
  GORDIAN_EXPORT result name parameters {                                     \
    if (real.name == nullptr) [[unlikely]]                                    \
      ensure_resolved();                                                      \
    if (!holds_locks()) [[likely]]                                            \
      return real.name arguments;                                             \
    return watch_call(BlockingCall::which, subject, GORDIAN_CALL_SITE(),      \
                      [=] { return real.name arguments; });                   \
  }
#define GORDIAN_WATCH(result, name, subject, parameters, arguments) \
  GORDIAN_WATCH_AS(name, result, name, subject, parameters, arguments)

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_BLOCKING_CALL_H
