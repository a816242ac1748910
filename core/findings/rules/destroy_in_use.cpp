// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/destroy_in_use.h"

#include <fmt/format.h>

#include <string>

#include "core/findings/event_causes.h"

namespace gordian {
namespace {

using format::DestroyedWhile;
using format::EventKind;

bool concerns(const Event& event) {
  return event.kind == EventKind::destroy_in_use || event.kind == EventKind::freed_while_held;
}

class Teller {
 public:
  Teller(const Program& program, Context& context) : program_(program), context_(context) {}

  EventStory operator()(const EventCause& cause) const {
    return cause.first().kind == EventKind::freed_while_held ? freed(cause) : destroyed(cause);
  }

 private:
  FindingMoment taken(const EventCause& cause, ThreadId holder) const {
    return moment(program_, context_, fmt::format("where {} had taken it:", actor(program_, holder)),
                  fmt::format("{} is taken here", cause.lock), holder, cause.first().held_at);
  }

  EventStory freed(const EventCause& cause) const {
    const Event& event = cause.first();
    const std::string holder = actor(program_, event.thread);
    return {fmt::format("{} is freed, or overwritten, while {} holds it", cause.lock, holder),
            "the thread had not released it, yet its memory said no more that the thread had it",
            {taken(cause, event.thread),
             moment(program_, context_, fmt::format("where it was found, as {} took another lock:", holder),
                    "", event.thread, event.where)}};
  }

  EventStory destroyed(const EventCause& cause) const {
    const Event& event = cause.first();
    const std::string destroyer = actor(program_, event.thread);
    const bool by_holder = event.other == kNoThread;
    const ThreadId holder = by_holder ? event.thread : event.other;
    const std::string held =
        fmt::format("while {} holds it", by_holder ? "the same thread" : actor(program_, holder));
    std::string what = cause.lock;
    std::string use = "while a thread waits for it";
    std::string reason = "its own state counted waiting threads";
    std::string answer;
    switch (static_cast<DestroyedWhile>(event.detail)) {
      case DestroyedWhile::held_and_refused:
        answer = "; the call answered EBUSY";
        [[fallthrough]];
      case DestroyedWhile::held:
        use = held;
        reason = "its own state said that it was taken, and who held it is known";
        break;
      case DestroyedWhile::awaited_and_refused:
        answer = "; the call answered EBUSY";
        [[fallthrough]];
      case DestroyedWhile::awaited:
        break;
      case DestroyedWhile::condition_awaited:
        what = "a condition variable";
        reason = "its own state counted threads in a wait that nobody had woken";
        break;
      case DestroyedWhile::barrier_awaited:
        what = "a barrier";
        use = "while threads wait at it";
        reason = "its own state counted arrivals of a round that was not complete";
        break;
    }
    EventStory story{fmt::format("{} is destroyed {}", what, use), reason + answer, {}};
    story.moments.push_back(moment(program_, context_, fmt::format("where {} destroyed it:", destroyer),
                                   fmt::format("{} is destroyed here", what), event.thread, event.where));
    if (event.held_at != kNoStack) story.moments.push_back(taken(cause, holder));
    return story;
  }

  const Program& program_;
  Context& context_;
};

void run(const Program& program, Context& context) {
  report_causes(program, context, rules::destroy_in_use, concerns, Teller(program, context));
}

}  // namespace

const Rule rules::destroy_in_use{"destroy-in-use", Severity::error, run};

}  // namespace gordian
