// SPDX-License-Identifier: Apache-2.0
//
// Cycles of a lock graph.
//
// Algorithm: strongly connected components (Tarjan 1972, by Boost.Graph); every cycle lies inside one. Inside
// a component, a breadth-first search from each lock v finds, for every edge u -> v, the shortest path from v
// back to u: the shortest cycle through that edge. A cycle found through several of its edges is reported
// once. Listing *all* simple cycles would be exponential and would repeat every cause many times; the
// shortest through each edge names every edge that takes part in some cycle.
//
// Cost: O(V + E) for the components, O(V_c * E_c) for the searches inside a component c, and the length of
// what is reported. `search_budget` bounds the edges that all searches of a call may look at, where a cycle
// found counts for kCycleCost, since whoever gets it has to judge it; small components come first. Once it is
// used up, an edge whose pairs of call sites are on no reported cycle yet gets one made of two breadth-first
// trees of its component, u -> v up the tree that leads to a root and down the tree that leads from there:
// found in time proportional to its length, and not always the shortest. Every pair of call sites that lies
// on a cycle is thus on a reported one, whatever the budget, and every edge of which the sites are not known.
#ifndef GORDIAN_CORE_GRAPH_CYCLES_H
#define GORDIAN_CORE_GRAPH_CYCLES_H

#include <cstdint>
#include <vector>

#include "core/graph/lock_graph.h"

namespace gordian {

// locks[i] is held when locks[i + 1] is wanted, the last one when locks[0] is. No repetition; a single lock
// is one that points to itself. Rotated so that the smallest LockId stands first, which makes equal cycles
// equal.
struct Cycle {
  std::vector<LockId> locks;
  friend bool operator==(const Cycle&, const Cycle&) = default;
};

// In edges.
inline constexpr uint64_t kCycleCost = 1 << 12;
// A few seconds of searching.
inline constexpr uint64_t kSearchBudget = uint64_t{1} << 28;

// In order of length, then of lock ids: the same graph gives the same list. `all`: becomes whether the budget
// was enough.
std::vector<Cycle> find_cycles(const LockGraph& graph, uint64_t search_budget = kSearchBudget,
                               bool* all = nullptr);

// All edges that lie on cycles, in order. O(V + E).
std::vector<LockGraph::Edge> edges_on_cycles(const LockGraph& graph);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_CYCLES_H
