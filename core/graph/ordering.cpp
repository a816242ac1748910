// SPDX-License-Identifier: Apache-2.0
#include "core/graph/ordering.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace gordian {
namespace {

// Clocks are dropped and built anew beyond this many entries: some 100 MB.
constexpr size_t kMaxCachedEntries = size_t{1} << 21;

}  // namespace

Ordering::Ordering(const Program& program, std::optional<OrderedBy> by) {
  for (const Thread& thread : program.threads) {
    threads_.add({thread.process, thread.parent, thread.parent_segment, {}, {}, {}});
  }
  for (const Join& join : program.joins) threads_[join.joiner].joins.push_back({join.segment, join.joined});
  for (Origin& thread : threads_) std::ranges::stable_sort(thread.joins, {}, &JoinIn::segment);
  for (const Handoff& handoff : program.handoffs) {
    if (by && *by != handoff.by) continue;
    for (const Boundary& after : handoff.after) {
      threads_[after.thread].arrivals[handoff.object].push_back({after.segment, handed_.size()});
    }
    handed_.push_back(handoff.before);
  }
  for (Origin& thread : threads_) {
    for (auto& [object, arrivals] : thread.arrivals)
      std::ranges::stable_sort(arrivals, {}, &Arrival::segment);
  }
  if (by && *by != OrderedBy::once) return;
  for (const OnceRoutine& routine : program.once_routines) threads_[routine.thread].onces.push_back(routine);
}

bool Ordering::may_overlap(const Use& a, const Use& b) const {
  if (a.thread == b.thread) return false;
  if (threads_[a.thread].process != threads_[b.thread].process) return true;
  // Of two segments that are ordered, the earlier lies before all that the other thread did from then on:
  // only what follows it can still overlap.
  Count at_a = a.first_segment;
  Count at_b = b.first_segment;
  while (at_a <= a.last_segment && at_b <= b.last_segment) {
    const auto segment_a = static_cast<uint32_t>(at_a);
    const auto segment_b = static_cast<uint32_t>(at_b);
    if (const Count next_a = first_not_before(b.thread, segment_b, a.thread, at_a); next_a > at_a) {
      at_a = next_a;
    } else if (const Count next_b = first_not_before(a.thread, segment_a, b.thread, at_b); next_b > at_b) {
      at_b = next_b;
    } else {
      return true;
    }
  }
  return false;
}

std::optional<Precedence> Ordering::precedence(const Use& earlier, const Use& later) const {
  if (earlier.thread == later.thread) return std::nullopt;
  const Count before_use = before(later.thread, later.first_segment, earlier.thread);
  if (before_use <= earlier.last_segment) {
    Count at = earlier.first_segment;
    while (at <= earlier.last_segment) {
      const Count next = first_not_before(later.thread, later.first_segment, earlier.thread, at);
      if (next == at) return std::nullopt;
      at = next;
    }
    return Precedence{.in_once = true};
  }
  const Count before_all = before(later.thread, 0, earlier.thread);
  const bool before_creation = before_all > earlier.last_segment;
  return Precedence{.joined = (before_creation ? before_all : before_use) == kWhole,
                    .before_creation = before_creation};
}

Ordering::Count Ordering::first_not_before(ThreadId thread, uint32_t segment, ThreadId of, Count from) const {
  const Count count = before(thread, segment, of);
  if (count > from) return count;
  for (const OnceRoutine& routine : threads_[of].onces) {
    if (routine.first <= from && from < routine.end && lies_before(routine, thread, segment))
      return routine.end;
  }
  return from;
}

bool Ordering::lies_before(const OnceRoutine& routine, ThreadId thread, uint32_t segment) const {
  return std::ranges::any_of(routine.returns, [&](const Boundary& found_done) {
    if (found_done.thread == thread) return found_done.segment <= segment;
    return before(thread, segment, found_done.thread) > found_done.segment;
  });
}

Ordering::Count Ordering::before(ThreadId thread, uint32_t segment, ThreadId of) const {
  const uint64_t key = uint64_t{index(thread)} << 32 | segment;
  auto known = clocks_.find(key);
  if (known == clocks_.end()) {
    Clock made = clock(thread, segment);
    if (cached_entries_ + made.size() > kMaxCachedEntries) {
      clocks_.clear();
      cached_entries_ = 0;
    }
    cached_entries_ += made.size();
    known = clocks_.emplace(key, std::move(made)).first;
  }
  const auto count = known->second.find(of);
  return count == known->second.end() ? 0 : count->second;
}

Ordering::Clock Ordering::clock(ThreadId thread, uint32_t segment) const {
  // A thread of which `end` segments are reached (those numbered below it), and all that this implies.
  struct Reached {
    ThreadId thread;
    Count end;
  };
  std::vector<Reached> todo{{thread, Count{segment} + 1}};
  Clock clock;
  while (!todo.empty()) {
    const auto [at, end] = todo.back();
    todo.pop_back();
    Count& known = clock[at];
    if (end <= known) continue;
    const Origin& origin = threads_[at];
    if (known == 0 && origin.parent != kNoThread) {
      todo.push_back({origin.parent, Count{origin.parent_segment} + 1});
    }
    // What lies before the segments known already has been followed.
    for (auto join = std::ranges::lower_bound(origin.joins, known, {}, &JoinIn::segment);
         join != origin.joins.end() && join->segment < end; ++join) {
      todo.push_back({join->joined, kWhole});
    }
    for (const auto& [object, arrivals] : origin.arrivals) {
      const auto behind = std::ranges::lower_bound(arrivals, end, {}, &Arrival::segment);
      if (behind == arrivals.begin() || std::prev(behind)->segment < known) continue;
      for (const Boundary& handed : handed_[std::prev(behind)->handoff]) {
        todo.push_back({handed.thread, Count{handed.segment}});
      }
    }
    known = end;
  }
  return clock;
}

std::optional<OrderedBy> kept_apart_by(const Program& program, const Use& a, const Use& b) {
  for (const OrderedBy by :
       std::array{OrderedBy::create_and_join, OrderedBy::barrier, OrderedBy::semaphore, OrderedBy::once}) {
    if (!Ordering(program, by).may_overlap(a, b)) return by;
  }
  return std::nullopt;
}

}  // namespace gordian
