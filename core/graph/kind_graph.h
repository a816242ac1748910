// SPDX-License-Identifier: Apache-2.0
//
// The lock graph seen from farther away, for chains whose locks are known by their class only.
//
// Of chains of one kind (locks of the same classes, along the same call paths) only so many are recorded lock
// by lock; the last of them is the kind's summary and stands for all later ones (Chain::summary). Which locks
// those took is not known, so a cycle that they take part in may be none in the lock graph. In the graph made
// here every class that occurs in a summary is one vertex, its first lock; all chains are in it. A cycle that
// leads over an edge of a summary means: locks of these classes are taken in both orders, and whether the
// same ones ever were is not known.
//
// A class vertex guards nothing (two threads may hold two different locks of it) and has no edge to itself.
#ifndef GORDIAN_CORE_GRAPH_KIND_GRAPH_H
#define GORDIAN_CORE_GRAPH_KIND_GRAPH_H

#include <set>

#include "core/graph/lock_graph.h"
#include "core/graph/program.h"

namespace gordian {

bool has_summaries(const Program& program);

// LockIds mean what they mean in `program`. O(chains).
LockGraph kind_graph(const Program& program);

// What all locks of a class share, see format::ChainRecord. Stacks are of one process each. kNoStack: the
// lock is alone in its class.
StackId class_of(const Lock& lock);

// The classes of which some lock is known by its class only.
std::set<StackId> summarised_classes(const Program& program);

// Whether an edge has a summary among its evidence.
bool is_summarised(const LockGraph& graph, LockGraph::Edge edge);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_KIND_GRAPH_H
