// SPDX-License-Identifier: Apache-2.0
//
// The order of locks that a program kept, as a file for people to edit and for IntendedOrder to read: the
// first draft of the order they intend.
//
// Classes that were taken in both orders (a strongly connected component of the class graph) leave the
// decision open: their arcs are written as comments. The other arcs have no cycle. Of them, those that follow
// from the rest are left out (transitive reduction: in reverse topological order, an arc is superfluous if a
// nearer successor reaches its end), and the rest are strung on chains, each arc on one. The same graph gives
// the same text. O(classes * arcs).
#ifndef GORDIAN_CORE_FINDINGS_OBSERVED_ORDER_H
#define GORDIAN_CORE_FINDINGS_OBSERVED_ORDER_H

#include <string>
#include <vector>

#include "core/findings/class_graph.h"
#include "core/graph/intended_order.h"

namespace gordian {

std::string observed_order(const ClassGraph& graph);

// The classes nested with other classes that the order does not name, sorted.
std::vector<std::string> unlisted_classes(const ClassGraph& graph, const IntendedOrder& order);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_OBSERVED_ORDER_H
