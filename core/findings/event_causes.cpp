// SPDX-License-Identifier: Apache-2.0
#include "core/findings/event_causes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "core/findings/describe.h"
#include "core/findings/fingerprint.h"

namespace gordian {
namespace {

std::vector<FindingLock> locks_of(const EventCause& cause, const Program& program) {
  std::vector<FindingLock> locks;
  std::set<LockId> known;
  for (const Event* event : cause.events) {
    if (event->lock == kNoLock || !known.insert(event->lock).second) continue;
    locks.push_back(finding_lock(program.locks[event->lock]));
  }
  return locks;
}

template <typename Member>
uint64_t sum(const std::vector<const Event*>& events, Member member) {
  return std::accumulate(events.begin(), events.end(), uint64_t{0},
                         [=](uint64_t total, const Event* event) { return total + event->*member; });
}

}  // namespace

uint64_t EventCause::count() const {
  return sum(events, &Event::count);
}
uint64_t EventCause::total_ns() const {
  return sum(events, &Event::total_ns);
}
uint64_t EventCause::max_ns() const {
  return (*std::ranges::max_element(events, {}, &Event::max_ns))->max_ns;
}

void report_causes(const Program& program, Context& context, const Rule& rule,
                   const std::function<bool(const Event&)>& concerns,
                   const std::function<EventStory(const EventCause&)>& tell) {
  report_causes(program, program.events, context, rule, concerns, tell);
}

void report_causes(const Program& program, const std::vector<Event>& events, Context& context,
                   const Rule& rule, const std::function<bool(const Event&)>& concerns,
                   const std::function<EventStory(const EventCause&)>& tell) {
  std::map<std::vector<std::string>, EventCause> causes;
  for (const Event& event : events) {
    if (!concerns(event)) continue;
    const std::string lock_class = event.lock != kNoLock ? program.locks[event.lock].class_name : "";
    causes[{lock_class, function_at(event.where, context.symbolizer),
            function_at(event.held_at, context.symbolizer)}]
        .events.push_back(&event);
  }
  for (auto& [names, cause] : causes) {
    std::ranges::stable_sort(cause.events, std::greater{}, &Event::count);
    Finding finding;
    finding.rule = rule.id;
    finding.tier = Tier::observed;
    finding.fingerprint = fingerprint(rule.id, names);
    finding.process = process_name(program.processes[cause.first().process]);
    finding.locks = locks_of(cause, program);
    cause.lock = finding.locks.empty()       ? "a lock"
                 : finding.locks.size() == 1 ? finding.locks.front().name
                                             : finding.locks.front().class_name;
    EventStory story = tell(cause);
    finding.message = std::move(story.message);
    finding.reason = std::move(story.reason);
    finding.moments = std::move(story.moments);
    finding.severity = story.severity.value_or(rule.severity);
    finding.count = story.count.value_or(cause.count());
    finding.total_ns = cause.total_ns();
    finding.max_ns = cause.max_ns();
    for (const FindingMoment& moment : finding.moments) {
      if (!moment.stack.frames.empty()) finding.locations.push_back(location(moment.stack));
    }
    context.findings.push_back(std::move(finding));
  }
}

FindingMoment moment(const Program& program, Context& context, std::string title, std::string what,
                     ThreadId thread, StackId stack) {
  return {std::move(what), std::move(title), actor(program, thread),
          finding_stack(stack, program, context.symbolizer)};
}

std::string actor(const Program& program, ThreadId thread) {
  return thread != kNoThread ? thread_name(program.threads[thread]) : "a thread";
}

}  // namespace gordian
