// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/semaphore_leak.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/findings/describe.h"
#include "core/findings/event_causes.h"

namespace gordian {
namespace {

using format::EventKind;
using format::LockAttribute;

// Whom other processes make wait, and who posts there, is not seen. The hook counts the permits of such a
// semaphore in the end, and what it has not made a signal then must have been seen to be none.
bool are_meant_to_come_back(const Lock& semaphore, const Program& program) {
  const bool came_back = semaphore.has(LockAttribute::posted_by_holder);
  if (semaphore.has(LockAttribute::posted_by_other)) return false;
  if (semaphore.has(LockAttribute::process_shared))
    return came_back && program.processes[semaphore.process].ended;
  return came_back || semaphore.has(LockAttribute::awaited);
}

bool is_leak(const Event& event, const Program& program) {
  const bool kept = event.kind == EventKind::kept_at_thread_end || event.kind == EventKind::kept_at_exit ||
                    event.kind == EventKind::permits_lost;
  if (!kept || event.lock == kNoLock) return false;
  const Lock& lock = program.locks[event.lock];
  return is_semaphore(lock.kind) && are_meant_to_come_back(lock, program);
}

uint64_t permits(const Event& event) {
  return event.detail * event.count;
}

std::string counted(uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

class Leak {
 public:
  Leak(const Program& program, Context& context, const EventCause& cause)
      : program_(program), context_(context), cause_(cause), lock_(program.locks[cause.first().lock]) {}

  EventStory story() {
    EventStory story;
    // Taken along equal paths, they are one moment.
    std::map<StackId, uint64_t> sites;
    uint64_t lost = 0;
    for (const Event* event : cause_.events) {
      sites[event->held_at] += permits(*event);
      lost += permits(*event);
    }
    for (const Event* event : cause_.events) {
      const auto site = sites.find(event->held_at);
      if (site == sites.end()) continue;
      const ThreadId holder = event->other != kNoThread ? event->other : event->thread;
      const std::string taken = counted(site->second, "permit was", "permits were");
      story.moments.push_back(moment(
          program_, context_, fmt::format("where {} taken, by {}:", taken, actor(program_, holder)),
          fmt::format("a permit of {} is taken here, and never posted", cause_.lock), holder, site->first));
      sites.erase(site);
    }
    story.message = message(lost, story.moments.front());
    story.reason = reason();
    const Event& first = cause_.first();
    if (first.where != kNoStack) {
      story.moments.push_back(moment(program_, context_,
                                     fmt::format("where it ended, by {}:", actor(program_, first.thread)),
                                     fmt::format("{} ends here", cause_.lock), first.thread, first.where));
    }
    return story;
  }

 private:
  std::string message(uint64_t lost, const FindingMoment& taken) const {
    const std::string function = taken.stack.frames.empty() ? "" : location(taken.stack).function;
    const std::string where = function.empty() ? "" : fmt::format(" in {}", function);
    if (lost > lock_.permits) {
      return fmt::format("{} of semaphores like {}, made with {} each, were taken{} and never posted.",
                         counted(lost, "permit", "permits"), cause_.lock, lock_.permits, where);
    }
    if (lock_.permits == 1)
      return fmt::format("The one permit of {} was taken{} and never posted.", cause_.lock, where);
    return fmt::format("{} of {} permits of {} {} taken{} and never posted.", lost, lock_.permits,
                       cause_.lock, lost == 1 ? "was" : "were", where);
  }

  std::string reason() const {
    const Event& first = cause_.first();
    std::string text;
    if (first.kind == EventKind::kept_at_thread_end) {
      text = fmt::format("{} has ended", actor(program_, first.thread));
    } else if (first.kind == EventKind::kept_at_exit) {
      text = "the process has ended";
    } else {
      text = "the semaphore ended below its start";
    }
    if (first.given_back > 0) {
      text += fmt::format("; {} posted by threads that had taken them",
                          counted(first.given_back, "other permit had been", "other permits had been"));
    } else if (lock_.has(LockAttribute::posted_by_holder)) {
      text += "; other permits were posted by threads that had taken them";
    }
    if (lock_.has(LockAttribute::awaited)) text += "; another thread had to wait for one";
    return text;
  }

  const Program& program_;
  Context& context_;
  const EventCause& cause_;
  const Lock& lock_;
};

EventStory left_behind(const Program& program, Context& context, const EventCause& cause) {
  const Event& first = cause.first();
  const std::string more = cause.count() > 1 ? fmt::format(" and {} more", cause.count() - 1) : "";
  return {fmt::format("The named semaphore {}{} made by this process and removed by nobody.", first.text,
                      more.empty() ? " was" : more + " were"),
          "at the end of the process it was still there; it stays until sem_unlink() or a restart",
          {moment(program, context, fmt::format("where it was made, by {}:", actor(program, first.thread)),
                  fmt::format("{} is made here", first.text), kNoThread, first.where)}};
}

void run(const Program& program, Context& context) {
  report_causes(
      program, context, rules::semaphore_leak, [&](const Event& event) { return is_leak(event, program); },
      [&](const EventCause& cause) { return Leak(program, context, cause).story(); });
  const Rule note{rules::semaphore_leak.id, Severity::note, run};
  report_causes(
      program, context, note, [](const Event& event) { return event.kind == EventKind::semaphore_left; },
      [&](const EventCause& cause) { return left_behind(program, context, cause); });
}

}  // namespace

const Rule rules::semaphore_leak{"semaphore-leak", Severity::error, run};

}  // namespace gordian
