// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/two_mutexes.h"

#include <fmt/format.h>

#include <string>

#include "core/findings/event_causes.h"

namespace gordian {
namespace {

bool concerns(const Event& event) {
  return event.kind == format::EventKind::two_mutexes;
}

EventStory tell(const Program& program, Context& context, const EventCause& cause) {
  const Event& event = cause.first();
  const std::string later = actor(program, event.thread);
  const std::string other = actor(program, event.other);
  return {fmt::format("{} waits for a condition with {} while {} waits for it with another mutex", later,
                      cause.lock, other),
          "the condition itself counted waiting threads, and the last one had come with another mutex",
          {moment(program, context, fmt::format("where {} waits:", later),
                  fmt::format("waits with {} here", cause.lock), event.thread, event.where),
           moment(program, context, fmt::format("where {} waits:", other), "waits with another mutex here",
                  event.other, event.held_at)}};
}

void run(const Program& program, Context& context) {
  report_causes(program, context, rules::two_mutexes, concerns,
                [&](const EventCause& cause) { return tell(program, context, cause); });
}

}  // namespace

const Rule rules::two_mutexes{"two-mutexes", Severity::error, run};

}  // namespace gordian
