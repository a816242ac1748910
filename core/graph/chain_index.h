// SPDX-License-Identifier: Apache-2.0
//
// Finds the chain of a graph that is made of the same outer chain and acquisition.
//
// A hash table of ids with open addressing, at most half full, since there may be ten million: what
// is compared are the chains themselves.
#ifndef GORDIAN_CORE_GRAPH_CHAIN_INDEX_H
#define GORDIAN_CORE_GRAPH_CHAIN_INDEX_H

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/graph/lock_graph.h"

namespace gordian {

class ChainIndex {
 public:
  // Knows the chains of `graph` that it has added itself.
  explicit ChainIndex(LockGraph& graph) : graph_(graph) {}

  // That at most so many chains will be added: saves growing.
  void expect(size_t count) {
    graph_.expect_chains(count);
    size_t size = kFewest;
    while (size < 2 * count) size *= 2;
    if (slots_.empty()) slots_.assign(size, kNoChain);
  }

  // Adds the chain unless there is one like it.
  ChainId add(Chain chain) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    const size_t place = place_of(chain);
    if (slots_[place] == kNoChain) {
      slots_[place] = graph_.add_chain(std::move(chain));
      ++count_;
    }
    return slots_[place];
  }

 private:
  // Where it is, or would stand.
  size_t place_of(const Chain& chain) const {
    const Acquisition& wanted = chain.wanted;
    uint64_t hash = uint64_t{index(chain.outer)} << 32 | index(wanted.lock);
    hash = (hash ^ hash >> 29) * 0x9E37'79B9'7F4A'7C15;  // the golden ratio: Knuth's multiplicative hashing
    hash ^= uint64_t{index(wanted.stack)} << 8 | static_cast<uint64_t>(wanted.mode) << 1 |
            static_cast<uint64_t>(wanted.shared);
    hash *= 0x9E37'79B9'7F4A'7C15;
    for (size_t place = hash >> 32;; ++place) {
      place &= slots_.size() - 1;
      if (slots_[place] == kNoChain) return place;
      const Chain& known = graph_.chain(slots_[place]);
      if (known.outer == chain.outer && known.wanted == wanted) return place;
    }
  }

  void grow() {
    std::vector<ChainId> old(slots_.empty() ? kFewest : 2 * slots_.size(), kNoChain);
    std::swap(old, slots_);
    for (const ChainId chain : old) {
      if (chain != kNoChain) slots_[place_of(graph_.chain(chain))] = chain;
    }
  }

  static constexpr size_t kFewest = 64;

  LockGraph& graph_;
  std::vector<ChainId> slots_;  // a power of two of them; kNoChain: free
  size_t count_ = 0;
};

}  // namespace gordian

#endif  // GORDIAN_CORE_GRAPH_CHAIN_INDEX_H
