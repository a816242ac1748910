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
// Chains are only gathered when they are added, O(d) at depth d. The edges are made of them the first time
// they are asked for afterwards, as a compressed sparse row graph: sorted by held and wanted lock, with the
// evidence of each edge side by side, in the order in which its chains were added. O(n log n) for n pieces of
// evidence, 8 bytes each and 8 more for an edge; finding an edge is a binary search among those of its lock.
//
// Movable, not copyable; edges stay valid over a move, and until a chain is added. Not thread-safe for
// writing, as which the first look at the edges counts; after that any number of threads may read.
#ifndef GORDIAN_CORE_GRAPH_LOCK_GRAPH_H
#define GORDIAN_CORE_GRAPH_LOCK_GRAPH_H

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/range/iterator_range.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

class LockGraph {
 public:
  using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                   boost::no_property, uint32_t, uint32_t>;
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

  // That so many chains will be added: saves time, and the memory of growing.
  void expect_chains(size_t count);
  // Adds the chain and every edge it gives rise to. `chain.outer` and its locks must have been added before.
  ChainId add_chain(Chain chain);

  std::optional<Edge> find(LockId held, LockId wanted) const;
  LockId held(Edge edge) const { return static_cast<LockId>(boost::source(edge, boost_graph())); }
  LockId wanted(Edge edge) const { return static_cast<LockId>(boost::target(edge, boost_graph())); }
  std::span<const Evidence> evidence(Edge edge) const;
  // Times this edge was taken: the sum of its evidence's chain counts.
  uint64_t count(Edge edge) const;

  const Table<ChainId, Chain>& chains() const { return chains_; }
  Chain& chain(ChainId id) { return chains_[id]; }
  const Chain& chain(ChainId id) const { return chains_[id]; }
  const Graph& boost_graph() const {
    if (!graph_) make_edges();
    return *graph_;
  }
  size_t lock_count() const { return vertices_.size(); }
  size_t edge_count() const { return boost::num_edges(boost_graph()); }

 private:
  void add_evidence(Evidence evidence);
  void make_edges() const;

  Table<LockId, Vertex> vertices_;
  std::unordered_map<LockId, std::vector<ChainId>>
      writers_;  // of the locks whose readers queue, which are few
  Table<ChainId, Chain> chains_;
  mutable std::unique_ptr<Graph> graph_;          // null: there may be chains that are not in it
  mutable std::vector<Evidence> evidence_;        // in the order of the edges, if there is a graph
  mutable std::vector<uint32_t> first_evidence_;  // of each edge, and one past the last
};

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_LOCK_GRAPH_H
