// SPDX-License-Identifier: Apache-2.0
//
// What an edge rests on: how many pairs of stacks, and threads, take locks in that order. Counted for classes
// and not for the two locks, since the order in which a program takes the locks of its objects shows in all
// of them. Of two locks of one class, the order is that of their addresses.
#ifndef GORDIAN_CORE_FINDINGS_EDGE_SUPPORT_H
#define GORDIAN_CORE_FINDINGS_EDGE_SUPPORT_H

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "core/graph/lock_graph.h"
#include "core/graph/program.h"

namespace gordian {

struct EdgeSupport {
  std::set<std::pair<StackId, StackId>> sites;  // where the first was taken and the second wanted
  std::set<ThreadId> threads;
  bool more_threads = false;  // at least so many
};

// Of some edges of one graph, all of whose evidence is looked at when it is made.
class EdgeSupports {
 public:
  EdgeSupports(const Program& program, const LockGraph& graph, std::span<const LockGraph::Edge> asked_for);

  // One of those asked for.
  const EdgeSupport& of(LockGraph::Edge edge) const { return supports_.at(relation(edge)); }

 private:
  struct Relation {
    ProcessId process;
    ClassId held;
    ClassId wanted;
    bool upwards;
    friend auto operator<=>(const Relation&, const Relation&) = default;
  };

  using Supports = std::map<Relation, EdgeSupport>;

  void add_edges(LockId held, Supports& supports) const;
  Relation relation(LockGraph::Edge edge) const;

  const Program& program_;
  const LockGraph& graph_;
  const Table<LockId, ClassId> classes_;
  Supports supports_;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_EDGE_SUPPORT_H
