// SPDX-License-Identifier: Apache-2.0
//
// What must have happened before what: the order that threads impose on each other by create and join,
// barriers, semaphores and routines that run once.
//
// Model: Lamport's happens-before ("Time, Clocks, and the Ordering of Events in a Distributed System", 1978)
// over the segments of threads. A segment lies before the next one of its thread; `parent_segment` of the
// parent before all of the child; all of a joined thread before the joiner's `segment`; and what is before a
// handoff before what is behind it (core/ingest/handoffs.h says what makes one). Two segments that are
// ordered neither way could have overlapped, whatever they did in the run that was watched. Locks order
// nothing here: their order is what another schedule may change.
//
// Representation: vector clocks (Fidge 1988, Mattern 1989). The clock of a segment says of each thread how
// many of its segments lie before. A clock is built when first asked for, from the joins, creations and
// handoffs behind the segment, and keeps only threads of which something lies before; most threads have a
// handful. Of an object that hands off many times, only the last time before the segment is followed, since
// it implies the others.
//
// A routine that runs once is the exception: its own segments lie before those behind its returns, and what
// its thread did before it does not. No clock can say that, so those segments are looked up apart.
#ifndef GORDIAN_CORE_GRAPH_ORDERING_H
#define GORDIAN_CORE_GRAPH_ORDERING_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/graph/chains.h"
#include "core/graph/program.h"

namespace gordian {

// How one use is known to lie before another.
struct Precedence {
  bool joined = false;  // all of the earlier thread lies before, it was joined; else only its use does
  bool before_creation = false;  // ... before all of the later thread; else only before its use
  bool in_once = false;          // only by what was done in a routine that runs once
};

// Keeps nothing of the program it is made from. Not thread-safe: clocks are cached.
class Ordering {
 public:
  // `by`: considers no handoffs but those; nothing: all.
  explicit Ordering(const Program& program, std::optional<OrderedBy> by = std::nullopt);

  // Whether some segment of `a` and some segment of `b` could have run at the same time. Never within one
  // thread, and always between processes: what orders these is not recorded. Clocks apart, the cost is the
  // number of times a and b take turns in being first.
  bool may_overlap(const Use& a, const Use& b) const;

  // Nothing when `earlier` does not wholly lie before `later`, or when both are of one thread.
  std::optional<Precedence> precedence(const Use& earlier, const Use& later) const;

 private:
  // Segments of a thread, counted from 0, that lie before; kWhole when it is all of them.
  using Count = uint64_t;
  static constexpr Count kWhole = uint64_t{1} << 32;
  using Clock = std::unordered_map<ThreadId, Count>;

  struct JoinIn {
    uint32_t segment;
    ThreadId joined;
  };
  struct Arrival {
    uint32_t segment;
    size_t handoff;  // index into handed_
  };
  struct Origin {
    ProcessId process;
    ThreadId parent;
    uint32_t parent_segment;
    std::vector<JoinIn> joins;                          // those it made, by segment
    std::map<uint32_t, std::vector<Arrival>> arrivals;  // by object, and then by segment
    std::vector<OnceRoutine> onces;                     // that it ran
  };

  // How many segments of `of` lie before segment `segment` of `thread`, another thread.
  Count before(ThreadId thread, uint32_t segment, ThreadId of) const;
  Clock clock(ThreadId thread, uint32_t segment) const;
  // The first segment of `of`, not before `from`, that does not lie before segment `segment` of `thread`.
  Count first_not_before(ThreadId thread, uint32_t segment, ThreadId of, Count from) const;
  bool lies_before(const OnceRoutine& routine, ThreadId thread, uint32_t segment) const;

  Table<ThreadId, Origin> threads_;
  std::vector<std::vector<Boundary>> handed_;           // Handoff::before
  mutable std::unordered_map<uint64_t, Clock> clocks_;  // thread << 32 | segment -> clock
  mutable size_t cached_entries_ = 0;
};

// What keeps the two apart: the first of create_and_join, barrier ... that does it, beside create and join,
// by itself. Nothing: it takes several of them, or they are not kept apart.
std::optional<OrderedBy> kept_apart_by(const Program& program, const Use& a, const Use& b);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_ORDERING_H
