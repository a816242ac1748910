// SPDX-License-Identifier: Apache-2.0
//
// The cycles of a lock graph, each with its verdict: the shortest through each edge (see cycles.h), and where
// none of these can become a deadlock, a longer one through that edge that can.
//
// A cycle that cannot close says nothing of the longer ones beside it: a gate lock on one short cut does not
// guard the long way round. So for each edge that lies on no plausible cycle yet, the plausible ones are
// searched for themselves.
//
// Algorithm: from the edge, depth-first along the edges of cycles, choosing with each edge the thread that
// stands there (cast.h), and giving up a way as soon as nobody can stand there beside those chosen before:
// the chains of dependencies of iGoodlock (Joshi, Park, Sen, Naik, "A Randomized Dynamic Program Analysis
// Technique for Detecting Real Deadlocks", PLDI 2009), one at a time instead of all of one length at once. By
// iterative deepening (Korf 1985), so that the shortest is found, and no way longer than its distance back
// allows. An edge from which nothing was found is on no plausible cycle, and further searches leave it out.
//
// Cost: a way has as many edges as threads that could overlap under no common lock, which in most programs is
// few; at worst it is exponential. Each edge has `steps_per_edge` candidates, all together `steps`. Edges for
// which that was not enough are counted in `given_up`.
#ifndef GORDIAN_CORE_FINDINGS_JUDGED_CYCLES_H
#define GORDIAN_CORE_FINDINGS_JUDGED_CYCLES_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/findings/feasibility.h"
#include "core/graph/cycles.h"
#include "core/graph/lock_graph.h"
#include "core/graph/ordering.h"

namespace gordian {

struct JudgedCycle {
  Cycle cycle;
  Verdict verdict;
};

struct JudgedCycles {
  std::vector<JudgedCycle> cycles;  // no cycle twice; the shortest first, then those found beside them
  bool more = false;  // find_cycles() ran out of its budget: there are others of the same pairs of call sites
  size_t given_up = 0;  // edges through which there may be a plausible cycle that is not listed
};

struct CycleBudget {
  uint64_t steps = uint64_t{1} << 26;  // a few seconds
  uint64_t steps_per_edge = uint64_t{1} << 17;
};

// Every edge that lies on a plausible cycle lies on a plausible cycle of the result, if nothing was given up.
// Only choices that are `admissible` count; null: all are.
JudgedCycles judged_cycles(const LockGraph& graph, const Ordering& ordering,
                           const Admissible& admissible = nullptr, CycleBudget budget = {});

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_JUDGED_CYCLES_H
