// SPDX-License-Identifier: Apache-2.0
#include "core/graph/direction_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/graph/kind_graph.h"

namespace gordian {
namespace {

// Two locks of a class, by address.
struct Direction {
  LockId low = kNoLock;
  LockId high = kNoLock;
  bool upwards = false;
  bool downwards = false;
  bool summarised = false;
};

class Nestings {
 public:
  explicit Nestings(const Program& program) : program_(program) {
    for (const Chain& chain : program.graph.chains()) {
      if (!nests_in_class(chain)) continue;
      const LockId held = outer_of(chain).wanted.lock;
      Direction& direction = directions_[class_of(program.locks[held])];
      const bool upwards = goes_up(chain);
      if (direction.low == kNoLock) {
        direction.low = upwards ? held : chain.wanted.lock;
        direction.high = upwards ? chain.wanted.lock : held;
      }
      (upwards ? direction.upwards : direction.downwards) = true;
      direction.summarised |= chain.summary;
    }
    std::erase_if(directions_, [](const auto& entry) {
      const Direction& direction = entry.second;
      return !direction.upwards || !direction.downwards || !direction.summarised;
    });
  }

  DirectionGraph graph() const {
    DirectionGraph result;
    const std::set<StackId> summarised = summarised_classes(program_);
    for (size_t i = 0; i < program_.locks.size(); ++i) {
      const LockId lock{static_cast<uint32_t>(i)};
      const auto own = program_.graph.vertex(lock);
      const bool by_class =
          own == LockGraph::Vertex::lock && summarised.contains(class_of(program_.locks[lock]));
      result.graph.add_lock(by_class ? LockGraph::Vertex::lock_class : own);
    }
    for (const Chain& chain : program_.graph.chains()) {
      if (!nests_in_class(chain)) continue;
      const auto direction = directions_.find(class_of(program_.locks[chain.wanted.lock]));
      if (direction != directions_.end()) add(chain, *direction, result.graph);
    }
    for (const auto& [lock_class, direction] : directions_) {
      result.cycles.push_back(
          {{std::min(direction.low, direction.high), std::max(direction.low, direction.high)}});
    }
    return result;
  }

 private:
  const Chain& outer_of(const Chain& chain) const { return program_.graph.chain(chain.outer); }

  bool goes_up(const Chain& chain) const {
    return program_.locks[outer_of(chain).wanted.lock].address < program_.locks[chain.wanted.lock].address;
  }

  // Whether a lock is waited for inside another of its class, and not one that the thread has.
  bool nests_in_class(const Chain& chain) const {
    const LockId wanted = chain.wanted.lock;
    if (chain.outer == kNoChain || chain.wanted.mode == Mode::try_only) return false;
    if (program_.graph.vertex(wanted) != LockGraph::Vertex::lock) return false;
    const StackId own_class = class_of(program_.locks[wanted]);
    if (own_class == kNoStack || class_of(program_.locks[outer_of(chain).wanted.lock]) != own_class)
      return false;
    for (ChainId at = chain.outer; at != kNoChain; at = program_.graph.chain(at).outer) {
      if (program_.graph.chain(at).wanted.lock == wanted) return false;
    }
    return true;
  }

  // The chain, with the pair that stands for the class as its innermost two locks, and without others of the
  // class.
  void add(const Chain& chain, const std::pair<const StackId, Direction>& of, LockGraph& graph) const {
    const auto& [lock_class, direction] = of;
    std::vector<Chain> path;  // innermost first
    for (const Chain* at = &chain;; at = &outer_of(*at)) {
      if (path.size() < 2 || class_of(program_.locks[at->wanted.lock]) != lock_class) path.push_back(*at);
      if (at->outer == kNoChain) break;
    }
    path[0].wanted.lock = goes_up(chain) ? direction.high : direction.low;
    path[1].wanted.lock = goes_up(chain) ? direction.low : direction.high;
    ChainId outer = kNoChain;
    for (size_t i = path.size(); i-- > 0;) {
      path[i].outer = outer;
      outer = graph.add_chain(std::move(path[i]));
    }
  }

  const Program& program_;
  std::map<StackId, Direction> directions_;
};

}  // namespace

DirectionGraph direction_graph(const Program& program) {
  return Nestings(program).graph();
}

}  // namespace gordian
