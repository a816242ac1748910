// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/missing_unlock.h"

#include <fmt/format.h>

#include <string>

#include "core/findings/event_causes.h"

namespace gordian {
namespace {

using format::EventKind;

constexpr Rule kAtExit{"missing-unlock", Severity::note, nullptr};

// Permits of semaphores are semaphore-leak's.
bool has_owner(const Program& program, LockId lock) {
  return lock == kNoLock || !is_semaphore(program.locks[lock].kind);
}

void run(const Program& program, Context& context) {
  const auto is_at_thread_end = [&](const Event& event) {
    return event.kind == EventKind::kept_at_thread_end && has_owner(program, event.lock);
  };
  const auto is_at_exit = [&](const Event& event) {
    return event.kind == EventKind::kept_at_exit && has_owner(program, event.lock);
  };
  const auto taken = [&](const EventCause& cause) {
    const Event& event = cause.first();
    return moment(program, context, fmt::format("where {} had taken it:", actor(program, event.thread)),
                  fmt::format("{} is taken here", cause.lock), event.thread, event.held_at);
  };
  report_causes(program, context, rules::missing_unlock, is_at_thread_end, [&](const EventCause& cause) {
    return EventStory{fmt::format("{} is still held by {}, which has ended", cause.lock,
                                  actor(program, cause.first().thread)),
                      "the lock said so after the thread's last destructors; nobody can get it any more, nor "
                      "release it in order",
                      {taken(cause)}};
  });
  report_causes(program, context, kAtExit, is_at_exit, [&](const EventCause& cause) {
    return EventStory{fmt::format("{} is still held by {}, which ended the process", cause.lock,
                                  actor(program, cause.first().thread)),
                      "the lock said so after the last exit handlers; whatever runs in other threads until "
                      "the end may wait for it",
                      {taken(cause)}};
  });
}

}  // namespace

const Rule rules::missing_unlock{"missing-unlock", Severity::error, run};

}  // namespace gordian
