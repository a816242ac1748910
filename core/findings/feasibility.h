// SPDX-License-Identifier: Apache-2.0
//
// Whether a cycle of the lock graph can become a deadlock.
//
// A deadlock needs, for every edge of the cycle at the same moment, a thread of its own that stands there:
// holding what the edge's evidence holds, waiting for what it wants. So one piece of evidence and one thread
// that went through it are chosen for each edge, such that all of them can be there at once (see cast.h:
// Havelund, "Using Runtime Analysis to Guide Model Checking of Java Programs", SPIN 2000; Agarwal et al.,
// "Detecting Potential Deadlocks with Static Analysis and Run-Time Monitoring", 2005), and each waits for the
// next. Who wants to read what the next one reads does not; but if readers of the lock queue behind a waiting
// writer, one more thread, which wants to write it, makes it wait: that writer waits for the next one and the
// reader for the writer. A cycle of one lock is a thread that reads it twice, around such a writer.
//
// Algorithm: depth-first search over the edges, those with the least evidence first, then over the writers
// needed. The choice is exponential in the length of the cycle at worst, so a search tries at most
// `max_steps` candidates; when that did not settle it, the cycle counts as plausible and the verdict says so.
#ifndef GORDIAN_CORE_FINDINGS_FEASIBILITY_H
#define GORDIAN_CORE_FINDINGS_FEASIBILITY_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/findings/cast.h"
#include "core/findings/finding.h"
#include "core/graph/cycles.h"
#include "core/graph/lock_graph.h"
#include "core/graph/ordering.h"

namespace gordian {

// A lock held by several of the threads.
struct Gate {
  LockId lock{};
  bool everywhere = false;  // by all; else by two of them
};

// Two of Verdict::all() that are by the same thread or cannot overlap.
struct ThreadConflict {
  size_t first = 0;
  size_t second = 0;
};

// tier            what keeps the cycle from closing
// plausible       nothing; or unknown, when `exhausted`
// single_thread   too few threads took part: some one would be needed at two edges, whatever the choice
// guarded         every choice of threads that could overlap has a gate lock; `gate` is that of `edges`
// ordered         none of the above: `conflict` names two of the choice, if the search got so far
struct Verdict {
  // False: whatever the choice, two neighbours are readers of one lock, and nobody waits. There is no cycle.
  bool blocks = true;
  Tier tier = Tier::plausible;
  bool exhausted = false;  // a search was given up
  // The choice that shows the above: edges[i] is for locks[i] -> locks[i + 1]; a writer for each reader that
  // only queues.
  std::vector<EdgeChoice> edges;
  std::vector<EdgeChoice> writers;
  std::optional<Gate> gate;
  std::optional<ThreadConflict> conflict;

  std::vector<EdgeChoice> all() const;  // edges, then writers
};

inline constexpr uint64_t kMaxFeasibilitySteps = 100'000;

// Whether one piece of evidence and one thread for each edge may stand together.
using Admissible = std::function<bool(const std::vector<EdgeChoice>&)>;

// `cycle` must be one of `graph`. Only choices that are `admissible` count; null: all are.
Verdict judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering,
              uint64_t max_steps = kMaxFeasibilitySteps, const Admissible& admissible = nullptr);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_FEASIBILITY_H
