// SPDX-License-Identifier: Apache-2.0
//
// The lock graph as a picture wants it: one node for all locks of a class, one edge for all their nestings,
// so that thousands of instances become one box; and which of its edges lie on a cycle that the report has
// judged.
//
// Cost: every chain and every piece of evidence is looked at once, and every stack symbolized once.
#ifndef GORDIAN_CORE_FINDINGS_CLASS_GRAPH_H
#define GORDIAN_CORE_FINDINGS_CLASS_GRAPH_H

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/findings/finding.h"
#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// Whether locks of one class of one executable become one node, or each lock stays its own.
enum class Fold : uint8_t { classes, instances };

struct ClassNode {
  std::string name;
  std::string executable;
  uint64_t locks = 0;   // instances that take part in an edge
  uint64_t nested = 0;  // times one was taken while another lock was held
  bool in_cycle = false;
};

// A pair of places that an edge was taken at.
struct ClassSite {
  Frame held_at;
  Frame wanted_at;
  uint64_t count = 0;
};

struct ClassEdge {
  size_t from = 0;  // index into ClassGraph::nodes: the class held
  size_t to = 0;    // the class wanted; equal to `from` when two locks of one class were nested
  uint64_t count = 0;
  uint64_t threads = 0;       // distinct threads
  bool more_threads = false;  // at least so many
  uint64_t sites = 0;         // distinct pairs of source places
  // The pair of places that was passed most often. A frame without module: the stack was not recorded.
  Frame held_at;
  Frame wanted_at;
  std::vector<ClassSite> places;  // all of them
  std::optional<Tier> cycle;      // the strongest tier of a cycle through it, reported or hidden
};

struct ClassGraph {
  std::vector<ClassNode> nodes;  // only those that take part in an edge
  std::vector<ClassEdge> edges;  // in order of (from, to)
  Fold fold = Fold::classes;
  // Left out, because they were never nested with another lock.
  uint64_t nodes_left_out = 0;
  uint64_t locks_left_out = 0;
  std::set<std::pair<std::string, std::string>> left_out;  // executable and name of these nodes
};

ClassGraph class_graph(const Program& program, Symbolizer& symbolizer, const Report& report,
                       Fold fold = Fold::classes);

// One graph of two, of different runs. Associative and commutative.
ClassGraph merge(const ClassGraph& one, const ClassGraph& other);

// Marks the edges of cycles that come from several runs.
void mark_cycles(ClassGraph& graph, const std::vector<Finding>& findings);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_CLASS_GRAPH_H
