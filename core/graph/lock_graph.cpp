// SPDX-License-Identifier: Apache-2.0
#include "core/graph/lock_graph.h"

#include <algorithm>
#include <compare>
#include <utility>

namespace gordian {
namespace {

// Where `lock` was taken that is held at `chain`; of several acquisitions, the outermost is the one that
// holds it. kNoChain: it is not held.
ChainId holder(const Table<ChainId, Chain>& chains, ChainId chain, LockId lock) {
  ChainId found = kNoChain;
  for (; chain != kNoChain; chain = chains[chain].outer) {
    if (chains[chain].wanted.lock == lock) found = chain;
  }
  return found;
}

// A piece of evidence with the edge it is for.
struct Nesting {
  LockId held{};
  LockId wanted{};
  ChainId wanted_at{};
  ChainId held_at{};
  auto operator<=>(const Nesting&) const = default;
};

bool same_wait(const Nesting& a, const Nesting& b) {
  return a.held == b.held && a.wanted_at == b.wanted_at;
}

}  // namespace

LockId LockGraph::add_lock(Vertex vertex, Readers readers) {
  graph_.reset();
  const LockId id = vertices_.add(vertex);
  if (readers == Readers::queue) writers_[id];
  return id;
}

void LockGraph::expect_chains(size_t count) {
  // Of many small traces, each would move all chains: growing by itself is cheaper.
  if (count > chains_.size()) chains_.reserve(chains_.size() + count);
}

ChainId LockGraph::add_chain(Chain chain) {
  const ChainId id = chains_.add(std::move(chain));
  const Acquisition& wanted = chains_[id].wanted;
  if (wanted.mode == Mode::try_only || vertex(wanted.lock) == Vertex::signal) return id;
  const bool queues = readers(wanted.lock) == Readers::queue;
  if (queues && !wanted.shared) writers_[wanted.lock].push_back(id);
  // Whoever waits on re-entry waits for a writer that waits for nobody but it; and no other re-entry waits.
  // So the locks taken in between do not point back to the lock.
  if (vertex(wanted.lock) == Vertex::lock) {
    const ChainId held = holder(chains_, chains_[id].outer, wanted.lock);
    if (held != kNoChain) {
      if (queues && wanted.shared && chains_[held].wanted.shared) {
        add_evidence({held, id});
      }
      return id;
    }
  }

  for (ChainId held = chains_[id].outer; held != kNoChain; held = chains_[held].outer) {
    const LockId held_lock = chains_[held].wanted.lock;
    if (held_lock == wanted.lock || vertex(held_lock) == Vertex::signal) continue;
    add_evidence({held, id});
  }
  return id;
}

void LockGraph::add_evidence(Evidence evidence) {
  graph_.reset();
  evidence_.push_back(evidence);
}

void LockGraph::make_edges() const {
  std::vector<Nesting> nestings;
  nestings.reserve(evidence_.size());
  for (const Evidence& evidence : evidence_) {
    nestings.push_back({chains_[evidence.held].wanted.lock, chains_[evidence.wanted].wanted.lock,
                        evidence.wanted, evidence.held});
  }
  std::ranges::sort(nestings);
  // A re-entered lock stands in the chain more than once; its outermost acquisition, which was added before
  // the others, is the one that holds it.
  nestings.erase(std::unique(nestings.begin(), nestings.end(), same_wait), nestings.end());

  std::vector<std::pair<uint32_t, uint32_t>> edges;
  evidence_.clear();
  first_evidence_.clear();
  for (const Nesting& nesting : nestings) {
    const std::pair edge(static_cast<uint32_t>(nesting.held), static_cast<uint32_t>(nesting.wanted));
    if (edges.empty() || edges.back() != edge) {
      edges.push_back(edge);
      first_evidence_.push_back(static_cast<uint32_t>(evidence_.size()));
    }
    evidence_.push_back({nesting.held_at, nesting.wanted_at});
  }
  first_evidence_.push_back(static_cast<uint32_t>(evidence_.size()));
  graph_ = std::make_unique<Graph>(boost::edges_are_sorted, edges.begin(), edges.end(), lock_count());
}

std::optional<LockGraph::Edge> LockGraph::find(LockId held, LockId wanted) const {
  const auto edges = boost::out_edges(static_cast<uint32_t>(held), boost_graph());
  const auto found = std::partition_point(edges.first, edges.second,
                                          [&](const Edge& edge) { return this->wanted(edge) < wanted; });
  if (found == edges.second || this->wanted(*found) != wanted) return std::nullopt;
  return *found;
}

std::span<const Evidence> LockGraph::evidence(Edge edge) const {
  const size_t number = boost::get(boost::edge_index, boost_graph(), edge);
  return std::span(evidence_).subspan(first_evidence_[number],
                                      first_evidence_[number + 1] - first_evidence_[number]);
}

uint64_t LockGraph::count(Edge edge) const {
  uint64_t sum = 0;
  for (const Evidence& piece : evidence(edge)) sum += chains_[piece.wanted].count;
  return sum;
}

}  // namespace gordian
