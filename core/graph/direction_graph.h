// SPDX-License-Identifier: Apache-2.0
//
// Nestings of two locks of one class, of which nothing is known but which one has the higher address.
//
// That much is known of every nesting, also where only a summary counts it (see kind_graph.h), since the
// order of the two addresses is part of a kind. In the graph made here a class that was nested both upwards
// and downwards, and not always lock by lock, is two vertices: the lower lock of a nesting and the higher
// one. They lie on a cycle, which means: locks of the class are taken in both orders of their addresses, and
// whether the same ones ever were is not known. Only neighbours in a chain are looked at, as the kind tells
// of no others.
#ifndef GORDIAN_CORE_GRAPH_DIRECTION_GRAPH_H
#define GORDIAN_CORE_GRAPH_DIRECTION_GRAPH_H

#include <vector>

#include "core/graph/cycles.h"
#include "core/graph/lock_graph.h"
#include "core/graph/program.h"

namespace gordian {

struct DirectionGraph {
  LockGraph graph;  // LockIds mean what they mean in the program; two locks of a class stand for all
  std::vector<Cycle> cycles;  // one for each such class
};

// O(chains, and of those that count the length).
DirectionGraph direction_graph(const Program& program);

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_DIRECTION_GRAPH_H
