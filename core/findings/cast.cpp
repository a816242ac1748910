// SPDX-License-Identifier: Apache-2.0
#include "core/findings/cast.h"

#include <algorithm>

namespace gordian {

Outcome Cast::choose_writers(std::span<const LockId> locks, std::vector<EdgeChoice>& writers) {
  if (locks.empty()) return Outcome::found;
  for (const ChainId writer : graph_.writers(locks.front())) {
    const Outcome outcome = choose({kNoChain, writer}, [&](const EdgeChoice& choice) {
      writers.push_back(choice);
      const Outcome rest = choose_writers(locks.subspan(1), writers);
      if (rest != Outcome::found) writers.pop_back();
      return rest;
    });
    if (outcome != Outcome::none) return outcome;
  }
  return Outcome::none;
}

const std::vector<Cast::Held>& Cast::held_by(const EdgeChoice& choice) {
  const ChainId outer = graph_.chain(choice.evidence.wanted).outer;
  const auto [entry, is_new] = held_.try_emplace(outer);
  std::vector<Held>& held = entry->second;
  if (is_new) {
    for (ChainId at = outer; at != kNoChain; at = graph_.chain(at).outer) {
      const Acquisition& taken = graph_.chain(at).wanted;
      if (graph_.vertex(taken.lock) == LockGraph::Vertex::lock) held.push_back({taken.lock, taken.shared});
    }
    // Of one taken more than once, the strongest.
    std::ranges::sort(held);
    const auto rest = std::ranges::unique(held, {}, &Held::lock);
    held.erase(rest.begin(), rest.end());
  }
  return held;
}

std::optional<LockId> Cast::gate(const EdgeChoice& a, const EdgeChoice& b) {
  const std::vector<Held>& held_by_a = held_by(a);
  const std::vector<Held>& held_by_b = held_by(b);
  for (auto i = held_by_a.begin(), j = held_by_b.begin(); i != held_by_a.end() && j != held_by_b.end();) {
    if (i->lock == j->lock && !(i->shared && j->shared)) return i->lock;
    ++(*i < *j ? i : j);
  }
  return std::nullopt;
}

bool Cast::is_gated(const EdgeChoice& choice) {
  return std::ranges::any_of(chosen_,
                             [&](const EdgeChoice& other) { return gate(choice, other).has_value(); });
}

bool Cast::fits(const EdgeChoice& choice) const {
  if (conditions_.threads == Conditions::Threads::any) return true;
  return std::ranges::all_of(chosen_, [&](const EdgeChoice& other) {
    if (conditions_.threads == Conditions::Threads::overlap) return may_overlap(choice, other);
    return !other.use || other.use->thread != choice.use->thread;
  });
}

}  // namespace gordian
