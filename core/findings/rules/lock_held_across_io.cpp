// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/lock_held_across_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/findings/describe.h"
#include "core/findings/event_causes.h"
#include "core/format/blocking_call.h"

namespace gordian {
namespace {

using format::WaitsFor;

constexpr uint64_t kMillisecond = 1'000'000;
constexpr size_t kMostCallsShown = 4;

// Longer than that is a warning. A disk and a console answer on their own, and a lock that keeps a file in
// order has to be held meanwhile: there it is the delay that counts. A peer, a process, a timer may take
// any time, and this run has shown that they do take some.
struct Limit {
  uint64_t longest_ns;
  uint64_t total_ns;
};
Limit limit(WaitsFor what) {
  if (what == WaitsFor::disk || what == WaitsFor::console) return {10 * kMillisecond, 100 * kMillisecond};
  return {kMillisecond, UINT64_MAX};
}

WaitsFor waits_for(const Event& event) {
  return format::waits_for_in(event.detail);
}
std::string call_of(const Event& event) {
  return name(format::call_in(event.detail));
}

const char* waiting(WaitsFor what) {
  switch (what) {
    case WaitsFor::nothing:
    case WaitsFor::descriptor:
    case WaitsFor::count_:
      break;
    case WaitsFor::disk:
      return "waits for the disk";
    case WaitsFor::network:
      return "waits for the network";
    case WaitsFor::pipe:
      return "waits for a pipe";
    case WaitsFor::console:
      return "waits for the console";
    case WaitsFor::sleep:
      return "sleeps";
    case WaitsFor::process:
      return "waits for a process";
    case WaitsFor::poll:
      return "waits for events";
  }
  return "waits";
}

class Story {
 public:
  Story(const Program& program, Context& context, const EventCause& cause)
      : program_(program), context_(context), cause_(cause) {
    for (const Event* event : cause.events) {
      (waits_for(*event) == WaitsFor::nothing ? calls_ : sleeps_).push_back(event);
    }
    std::ranges::stable_sort(sleeps_, std::greater{}, &Event::total_ns);
  }

  EventStory tell() {
    EventStory story;
    const bool is_long = std::ranges::any_of(sleeps_, [&](const Event* event) { return exceeds(*event); });
    if (!is_long) story.severity = Severity::note;
    story.count = std::max(count(calls_), count(sleeps_));
    story.message = sleeps_.empty() ? harmless_message() : message();
    story.reason = sleeps_.empty() ? "no call has put the thread to sleep" : reason(*story.count);
    if (!sleeps_.empty() && !is_long) story.reason += "; shorter than what is warned of";
    const std::vector<const Event*>& shown = sleeps_.empty() ? calls_ : sleeps_;
    for (size_t i = 0; i < std::min(shown.size(), kMostCallsShown); ++i) add_call(story, *shown[i]);
    const Event& worst = *shown.front();
    story.moments.push_back(moment(program_, context_, fmt::format("where {} was taken:", cause_.lock),
                                   fmt::format("{} is taken here, and kept", cause_.lock), worst.thread,
                                   worst.held_at));
    return story;
  }

 private:
  // A file lock is there to be held across input and output, or, as that of a file that says that the program
  // runs, across all that it does.
  bool exceeds(const Event& event) const {
    const WaitsFor what = waits_for(event);
    if (event.lock != kNoLock && program_.locks[event.lock].kind == LockKind::file_lock) return false;
    return event.max_ns >= limit(what).longest_ns || event.total_ns >= limit(what).total_ns;
  }

  static uint64_t count(const std::vector<const Event*>& events) {
    uint64_t sum = 0;
    for (const Event* event : events) sum += event->count;
    return sum;
  }

  std::string message() const {
    const Event& worst = *sleeps_.front();
    return fmt::format("{} {} with {} held, for up to {}", call_of(worst), waiting(waits_for(worst)),
                       cause_.lock, duration(worst.max_ns));
  }
  std::string harmless_message() const {
    return fmt::format("{} is called with {} held, and may block", call_of(*calls_.front()), cause_.lock);
  }

  std::string reason(uint64_t calls) const {
    std::string text = fmt::format(
        "{} of {} {} put the thread to sleep, for {} in all, while any other that "
        "wanted {} had to wait",
        count(sleeps_), calls, calls == 1 ? "call" : "calls", duration(cause_.total_ns()), cause_.lock);
    const Event& worst = *sleeps_.front();
    if (!worst.text.empty()) text += fmt::format("; first on {}", worst.text);
    return text;
  }

  void add_call(EventStory& story, const Event& event) const {
    const std::string often = event.max_ns == 0
                                  ? "may block"
                                  : fmt::format("{}, {} in all, {} the longest", waiting(waits_for(event)),
                                                duration(event.total_ns), duration(event.max_ns));
    story.moments.push_back(
        moment(program_, context_,
               fmt::format("where {} was called, by {}:", call_of(event), actor(program_, event.thread)),
               fmt::format("{} {}", call_of(event), often), event.thread, event.where));
  }

  const Program& program_;
  Context& context_;
  const EventCause& cause_;
  std::vector<const Event*> calls_;
  std::vector<const Event*> sleeps_;  // the worst first
};

void run(const Program& program, Context& context) {
  report_causes(
      program, context, rules::lock_held_across_io,
      [&](const Event& event) {
        const bool of_signal = event.lock != kNoLock &&
                               program.locks[event.lock].kind != LockKind::file_lock &&
                               program.graph.vertex(event.lock) == LockGraph::Vertex::signal;
        return event.kind == format::EventKind::blocking_call && !of_signal;
      },
      [&](const EventCause& cause) { return Story(program, context, cause).tell(); });
}

}  // namespace

const Rule rules::lock_held_across_io{"lock-held-across-io", Severity::warning, run};

}  // namespace gordian
