// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/bad_unlock.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "core/findings/event_causes.h"

namespace gordian {
namespace {

using format::EventKind;

bool concerns(const Event& event) {
  return event.kind == EventKind::unlock_unheld || event.kind == EventKind::unlock_by_other;
}

// Of what the hook knows that glibc answers: either it looks, and refuses, or it does not.
std::string consequence(const Event& event) {
  return event.detail != 0 ? "the call answered an error, and the lock stayed as it was"
                           : "the call did not look, and succeeded";
}

EventStory tell(const Program& program, Context& context, const EventCause& cause) {
  const Event& event = cause.first();
  const std::string unlocker = actor(program, event.thread);
  EventStory story;
  story.moments.push_back(moment(program, context, fmt::format("where {} unlocked it:", unlocker),
                                 fmt::format("{} is unlocked here", cause.lock), event.thread, event.where));
  if (event.kind == EventKind::unlock_unheld) {
    story.message = fmt::format("{} is unlocked though nobody holds it", cause.lock);
    story.reason = fmt::format("the lock itself said that it was free; {}", consequence(event));
    return story;
  }
  const std::string owner = actor(program, event.other);
  story.message = fmt::format("{} is unlocked by {} though {} holds it", cause.lock, unlocker, owner);
  story.reason = fmt::format("the lock itself said that the other thread had it; {}", consequence(event));
  story.moments.push_back(moment(program, context, fmt::format("where {} had taken it:", owner),
                                 fmt::format("{} is taken here", cause.lock), event.other, event.held_at));
  return story;
}

void run(const Program& program, Context& context) {
  report_causes(program, context, rules::bad_unlock, concerns,
                [&](const EventCause& cause) { return tell(program, context, cause); });
}

}  // namespace

const Rule rules::bad_unlock{"bad-unlock", Severity::error, run};

}  // namespace gordian
