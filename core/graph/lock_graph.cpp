// SPDX-License-Identifier: Apache-2.0
#include "core/graph/lock_graph.h"

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

}  // namespace

LockId LockGraph::add_lock(Vertex vertex, Readers readers) {
  boost::add_vertex(*graph_);
  const LockId id = vertices_.add(vertex);
  if (readers == Readers::queue) writers_[id];
  return id;
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
        edge_data(wanted.lock, wanted.lock).evidence.push_back({held, id});
      }
      return id;
    }
  }

  for (ChainId held = chains_[id].outer; held != kNoChain; held = chains_[held].outer) {
    const LockId held_lock = chains_[held].wanted.lock;
    if (held_lock == wanted.lock || vertex(held_lock) == Vertex::signal) continue;
    std::vector<Evidence>& evidence = edge_data(held_lock, wanted.lock).evidence;
    // A re-entered lock stands in the chain more than once; its outermost acquisition is the one that holds
    // it.
    if (!evidence.empty() && evidence.back().wanted == id) evidence.pop_back();
    evidence.push_back({held, id});
  }
  return id;
}

std::optional<LockGraph::Edge> LockGraph::find(LockId held, LockId wanted) const {
  const auto found = edges_.find(key(held, wanted));
  if (found == edges_.end()) return std::nullopt;
  return found->second;
}

uint64_t LockGraph::count(Edge edge) const {
  uint64_t sum = 0;
  for (const Evidence& evidence : (*graph_)[edge].evidence) sum += chains_[evidence.wanted].count;
  return sum;
}

EdgeData& LockGraph::edge_data(LockId held, LockId wanted) {
  const auto [entry, is_new] = edges_.try_emplace(key(held, wanted));
  if (is_new) entry->second = boost::add_edge(index(held), index(wanted), *graph_).first;
  return (*graph_)[entry->second];
}

}  // namespace gordian
