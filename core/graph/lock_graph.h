// SPDX-License-Identifier: Apache-2.0
//
// The lock-order graph: an edge held -> wanted for every pair of locks of which the second was waited for
// while the first was held. An edge carries its evidence, the chains it came from.
//
// Which acquisitions make an edge: one that can block. A trylock never waits, so it closes no cycle and adds
// no edge into its lock (the lock then held still starts edges). Re-entry of a recursive lock cannot block,
// so a lock does not point to itself; but for one that is read again where readers queue behind a waiting
// writer: the writer waits for the reader, and the reader, from its second acquisition on, for the writer.
//
// Movable, not copyable; edge descriptors stay valid over a move. Not thread-safe for writing; any number of
// threads may read. Adding a chain of depth d is O(d).
#ifndef GORDIAN_CORE_GRAPH_LOCK_GRAPH_H
#define GORDIAN_CORE_GRAPH_LOCK_GRAPH_H

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/graph/chains.h"
#include "core/graph/ids.h"

namespace gordian {

// Why an edge exists: `wanted` was asked for while `held`, one of its outer chains, was still held.
struct Evidence {
  ChainId held;
  ChainId wanted;
};

struct EdgeData {
  std::vector<Evidence> evidence;
};

class LockGraph {
 public:
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, EdgeData>;
  using Edge = Graph::edge_descriptor;

  // What a vertex stands for:
  // - one lock;
  // - all locks of a class (see kind_graph.h), which nest in each other: that makes no edge, but it is no
  //   re-entry either;
  // - what no thread holds against another: a semaphore used as a signal or with several permits, a file lock
  //   that belongs to all threads of the process. It has no edges.
  enum class Vertex : uint8_t { lock, lock_class, signal };

  // What a reader does that finds other readers and a waiting writer: it joins the readers, or queues behind
  // the writer.
  enum class Readers : uint8_t { pass, queue };

  // Locks are numbered from 0 in the order of the calls.
  LockId add_lock(Vertex vertex = Vertex::lock, Readers readers = Readers::pass);
  Vertex vertex(LockId lock) const { return vertices_[lock]; }
  Readers readers(LockId lock) const { return writers_.contains(lock) ? Readers::queue : Readers::pass; }
  // Of a lock whose readers queue: the chains that wait to write it. A reader queues behind one of them.
  const std::vector<ChainId>& writers(LockId lock) const { return writers_.at(lock); }

  // Adds the chain and every edge it gives rise to. `chain.outer` and its locks must have been added before.
  ChainId add_chain(Chain chain);

  std::optional<Edge> find(LockId held, LockId wanted) const;
  LockId held(Edge edge) const { return static_cast<LockId>(boost::source(edge, *graph_)); }
  LockId wanted(Edge edge) const { return static_cast<LockId>(boost::target(edge, *graph_)); }
  const std::vector<Evidence>& evidence(Edge edge) const { return (*graph_)[edge].evidence; }
  // Times this edge was taken: the sum of its evidence's chain counts.
  uint64_t count(Edge edge) const;

  const Table<ChainId, Chain>& chains() const { return chains_; }
  Chain& chain(ChainId id) { return chains_[id]; }
  const Chain& chain(ChainId id) const { return chains_[id]; }
  const Graph& boost_graph() const { return *graph_; }
  size_t lock_count() const { return boost::num_vertices(*graph_); }
  size_t edge_count() const { return boost::num_edges(*graph_); }

 private:
  static uint64_t key(LockId held, LockId wanted) { return uint64_t{index(held)} << 32 | index(wanted); }

  // The edge's data; adds the edge when there is none.
  EdgeData& edge_data(LockId held, LockId wanted);

  // On the heap, since Boost's graphs copy themselves when moved, which would leave the descriptors behind.
  std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
  Table<LockId, Vertex> vertices_;
  std::unordered_map<LockId, std::vector<ChainId>>
      writers_;  // of the locks whose readers queue, which are few
  Table<ChainId, Chain> chains_;
  std::unordered_map<uint64_t, Edge> edges_;  // key(held, wanted) -> edge; vecS edge descriptors stay valid
};

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_LOCK_GRAPH_H
