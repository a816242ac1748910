// SPDX-License-Identifier: Apache-2.0
//
// The lock graph as a Graphviz picture: gordian graph TRACE | dot -Tsvg > locks.svg
#ifndef GORDIAN_VIZ_DOT_H
#define GORDIAN_VIZ_DOT_H

#include <iosfwd>

#include "core/findings/class_graph.h"

namespace gordian {

struct DotOptions {
  bool findings_only = false;  // only classes that lie on a cycle
};

void write_dot(std::ostream& out, const ClassGraph& graph, const DotOptions& options);

}  // namespace gordian

#endif  // GORDIAN_VIZ_DOT_H
