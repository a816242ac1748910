// SPDX-License-Identifier: Apache-2.0
//
// From events to findings: events of one cause are one finding. A cause is a rule, a class of lock, the
// function where it happened and the one where the lock was taken.
#ifndef GORDIAN_CORE_FINDINGS_EVENT_CAUSES_H
#define GORDIAN_CORE_FINDINGS_EVENT_CAUSES_H

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/findings/rule.h"

namespace gordian {

// The events of one cause; the most frequent one first.
struct EventCause {
  std::vector<const Event*> events;
  std::string
      lock;  // name of the lock, or of its class where there are several; "a lock" where it has no name

  const Event& first() const { return *events.front(); }
  uint64_t count() const;
  uint64_t total_ns() const;
  uint64_t max_ns() const;
};

// What a finding says of its cause.
struct EventStory {
  std::string message;  // one sentence
  std::string reason;   // what was seen, and why nothing else explains it
  std::vector<FindingMoment> moments = {};
  std::optional<Severity> severity = std::nullopt;  // where it is not the rule's
  std::optional<uint64_t> count = std::nullopt;     // where it is not the sum of the events
};

// Appends one finding of tier `observed` for each cause among the events of which `concerns` says that they
// concern the rule, with what `tell` has to say of it. Run in the order of events: O(n log n).
void report_causes(const Program& program, Context& context, const Rule& rule,
                   const std::function<bool(const Event&)>& concerns,
                   const std::function<EventStory(const EventCause&)>& tell);

// The same of other events than the program's own, which must outlive the call.
void report_causes(const Program& program, const std::vector<Event>& events, Context& context,
                   const Rule& rule, const std::function<bool(const Event&)>& concerns,
                   const std::function<EventStory(const EventCause&)>& tell);

// A moment for a story. An empty stack gives one without frames.
FindingMoment moment(const Program& program, Context& context, std::string title, std::string what,
                     ThreadId thread, StackId stack);

// "worker (tid 4711)", or "a thread".
std::string actor(const Program& program, ThreadId thread);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_EVENT_CAUSES_H
