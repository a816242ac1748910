// SPDX-License-Identifier: Apache-2.0
//
// What a rule says and why. Everything is resolved to text here, so that a view only lays it out.
#ifndef GORDIAN_CORE_FINDINGS_FINDING_H
#define GORDIAN_CORE_FINDINGS_FINDING_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/symbolize/symbolizer.h"

namespace gordian {

// How strong the evidence is, strongest first. docs/design.md defines each.
enum class Tier : uint8_t {
  actual,
  confirmed,
  plausible,
  guarded,
  ordered,
  single_thread,
  observed,
  static_only
};

enum class Severity : uint8_t { note, warning, error };

// What a finding is to the user's baseline.
enum class BaselineState : uint8_t { none, fresh, known };  // none: there is no baseline

struct FindingLock {
  std::string name;
  std::string class_name;
  std::string kind;  // "mutex"
};

// A stack as shown: the frames, where a person's own code begins, and whether outer frames are missing.
struct FindingStack {
  std::vector<Frame> frames;
  size_t user_frame = 0;
  size_t proven =
      0;  // so many frames are certain; callers behind them were seen when the inner lock was wanted
  bool truncated = false;
};

struct FindingEdge {
  size_t held = 0;     // index into Finding::locks
  size_t wanted = 0;   // index into Finding::locks
  std::string thread;  // "worker-1 (tid 4711)"
  std::string mode;    // "blocking", "timed", "reacquire"
  std::string origin;  // "run" or "static"
  uint64_t count = 0;  // times this edge was taken
  // Of all edges between locks of these classes, in this order:
  uint64_t sites = 0;         // distinct pairs of stacks, this one included
  uint64_t threads = 0;       // distinct threads
  bool more_threads = false;  // at least so many
  FindingStack held_stack;
  FindingStack wanted_stack;
};

// A moment that a finding tells of, other than an edge.
struct FindingMoment {
  std::string what;    // "main.lock is unlocked here"; empty: nothing to add to the title
  std::string title;   // "where it was unlocked, by worker (tid 4711):"
  std::string thread;  // "worker (tid 4711)"; empty: not known
  FindingStack stack;
};

struct FindingLocation {
  std::string file;
  unsigned line = 0;
  std::string function;
};

struct Finding {
  std::string rule;
  Severity severity = Severity::error;
  Tier tier = Tier::plausible;
  std::string reason;              // why this tier, in words
  std::string fingerprint;         // stable across runs, machines, address layouts and unrelated edits
  std::string message;             // one sentence: what can happen
  std::string process;             // "./server (pid 4711)"
  uint64_t count = 1;              // instances of the same cause
  bool more_instances = false;     // at least so many
  uint64_t total_ns = 0;           // of what takes time: how long all instances took
  uint64_t max_ns = 0;             // and the longest
  bool suppressed = false;         // by the user
  std::string suppression_reason;  // in the user's words
  BaselineState baseline = BaselineState::none;
  std::vector<uint32_t> pids;  // processes that will never go on by themselves
  bool told = false;           // in full, while the program ran
  std::vector<FindingLocation> locations;
  std::vector<FindingLock> locks;
  std::vector<FindingEdge> edges;
  std::vector<FindingMoment> moments;  // in the order of telling
};

struct ContentionTimes {
  uint64_t count = 0;
  uint64_t total_ns = 0;
  uint64_t p50_ns = 0;
  uint64_t p99_ns = 0;
  uint64_t max_ns = 0;
  FindingLocation longest_at;     // where the lock of the longest one was asked for
  std::vector<uint64_t> buckets;  // how many were how long, see format::Durations
};

// How long the locks of a class were waited for and held.
struct ContentionRow {
  std::string process;  // "./server (pid 4711)", or "./server (12 processes)"
  std::string executable;
  uint64_t processes = 1;
  FindingLock lock;       // one of them
  ContentionTimes waits;  // each
  ContentionTimes holds;  // of a sample of the acquisitions
  uint64_t held_ns = 0;   // by all acquisitions, as far as the sample tells
  uint64_t run_ns = 0;    // how long the processes ran, together; 0: not known
};

struct Stats {
  uint64_t processes = 0;
  uint64_t threads = 0;
  uint64_t locks = 0;
  uint64_t acquisitions = 0;
  uint64_t edges = 0;
  uint64_t summarised = 0;  // nestings counted by their kind, beyond those recorded lock by lock
  uint64_t dropped = 0;
};

// A finding that a baseline lists, as it was when that was written.
struct KnownFinding {
  std::string rule;
  std::string fingerprint;
  std::string message;
};

// What came of the files in which the user has decided about findings.
struct Decisions {
  std::vector<std::string> unused_suppressions;  // "gordian.supp:12": its conditions fit no finding
  std::vector<KnownFinding> not_seen;            // of the baseline, in its order
  std::vector<std::string> unlisted;             // lock classes that the intended order does not name
};

// What every view is given.
struct Report {
  std::vector<Finding> findings;          // worst first
  std::vector<Finding> hidden;            // notes, shown on request
  std::vector<ContentionRow> contention;  // the most waited for first
  Decisions decisions;
  std::vector<std::string> warnings;
  Stats stats;
};

std::string_view name(Tier tier);
std::string_view name(Severity severity);
std::string_view name(BaselineState state);  // "", "new", "known"

// Whether it is the user's business still: neither suppressed nor known.
bool is_open(const Finding& finding);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_FINDING_H
