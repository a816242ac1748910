// SPDX-License-Identifier: Apache-2.0
//
// Whether a cycle of the lock graph can become a deadlock.
//
// A deadlock needs, for every edge of the cycle at the same moment, a thread of its own that stands there:
// holding what the edge's evidence holds, waiting for what it wants. So one piece of evidence and one thread
// that went through it are chosen for each edge, such that of any two edges
//   - the threads differ,
//   - the locks held have none in common: a common one, a *gate lock*, lets only one of the two threads get
//     there, unless both only read it (Havelund, "Using Runtime Analysis to Guide Model Checking of Java
//     Programs", SPIN 2000; Agarwal et al., "Detecting Potential Deadlocks with Static Analysis and Run-Time
//     Monitoring", 2005),
//   - what the two threads did could have overlapped (see ordering.h),
//   - if they are neighbours, the one waits for the other: it does not when both read the lock, unless the
//     lock lets readers queue behind a writer.
// All locks on the outer chain of the wanted acquisition count as held, not only the edge's own. A thread
// that a chain does not list (Chain::more_uses, or no use recorded at all) is taken to be another one that
// may overlap.
//
// Algorithm: depth-first search over the edges, those with the least evidence first. The choice is
// exponential in the length of the cycle at worst, so a search tries at most `max_steps` candidates; when
// that did not settle it, the cycle counts as plausible and the verdict says so.
#ifndef GORDIAN_CORE_FINDINGS_FEASIBILITY_H
#define GORDIAN_CORE_FINDINGS_FEASIBILITY_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/findings/finding.h"
#include "core/graph/chains.h"
#include "core/graph/cycles.h"
#include "core/graph/lock_graph.h"
#include "core/graph/ordering.h"

namespace gordian {

struct EdgeChoice {
  Evidence evidence{};
  std::optional<Use> use;  // nothing: a thread that the chain does not list
};

// A lock held on several edges at once.
struct Gate {
  LockId lock{};
  bool everywhere = false;  // on every edge; else on two of them
};

// Two edges, by position, whose threads are the same or cannot overlap.
struct ThreadConflict {
  size_t first = 0;
  size_t second = 0;
};

// tier            what keeps the cycle from closing
// plausible       nothing; or unknown, when `exhausted`
// single_thread   too few threads took part: some one would be needed at two edges, whatever the choice
// guarded         every choice of threads that could overlap has a gate lock; `gate` is that of `edges`
// ordered         none of the above: `conflict` names two edges of `edges`, if the search got so far
struct Verdict {
  bool blocks =
      true;  // false: whatever the choice, two neighbours are readers of one lock. There is no cycle
  Tier tier = Tier::plausible;
  bool exhausted = false;         // a search was given up
  std::vector<EdgeChoice> edges;  // edges[i] is for locks[i] -> locks[i + 1]: the choice that shows the above
  std::optional<Gate> gate;
  std::optional<ThreadConflict> conflict;
};

inline constexpr uint64_t kMaxFeasibilitySteps = 100'000;

// Whether one piece of evidence and one thread for each edge may stand together.
using Admissible = std::function<bool(const std::vector<EdgeChoice>&)>;

// `cycle` must be one of `graph`. Only choices that are `admissible` count; null: all are.
Verdict judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering,
              uint64_t max_steps = kMaxFeasibilitySteps, const Admissible& admissible = nullptr);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_FEASIBILITY_H
