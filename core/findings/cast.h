// SPDX-License-Identifier: Apache-2.0
//
// The threads of a possible deadlock, chosen one by one: each stands somewhere, holding what its evidence
// holds and waiting for what it wants, and any two of them
//   - are different threads,
//   - hold no lock in common: a common one, a *gate lock*, lets only one of the two get there, unless both
//     only read it,
//   - could be there at the same moment (see ordering.h).
// All locks on the outer chain of the wanted acquisition count as held, not only the edge's own. A thread
// that a chain does not list (Chain::more_uses) is taken to be another one that may overlap. Nobody stands at
// a chain that has no use: it is in the trace as the outer part of others, when a lock further out had been
// released before these were wanted, and says nothing of what was held when its own lock was.
//
// Choosing is a depth-first search in continuation style: what is to be done with a choice is handed in and
// says whether it led anywhere. Exponential at worst, so a search ends after so many candidates.
#ifndef GORDIAN_CORE_FINDINGS_CAST_H
#define GORDIAN_CORE_FINDINGS_CAST_H

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/graph/lock_graph.h"
#include "core/graph/ordering.h"

namespace gordian {

struct EdgeChoice {
  Evidence evidence{};
  std::optional<Use> use;  // nothing: a thread that the chain does not list
};

// Which conditions a search insists on.
struct Conditions {
  bool no_gate = true;
  enum class Threads : uint8_t { overlap, differ, any } threads = Threads::overlap;
};

enum class Outcome : uint8_t { found, none, gave_up };

class Cast {
 public:
  Cast(const LockGraph& graph, const Ordering& ordering) : graph_(graph), ordering_(ordering) {}

  // Nobody is chosen yet.
  void begin(Conditions conditions, uint64_t max_steps) {
    conditions_ = conditions;
    max_steps_ = max_steps;
    steps_ = 0;
    chosen_.clear();
  }
  uint64_t steps() const { return steps_; }
  // Counts a candidate. False: that was one too many.
  bool step() { return ++steps_ <= max_steps_; }

  // Chooses every thread in turn that may stand at `evidence` beside all chosen so far, and calls
  // `next(choice)`, until that does not say none.
  template <typename Next>
  Outcome choose(const Evidence& evidence, Next next) {
    if (!step()) return Outcome::gave_up;
    EdgeChoice choice{evidence, std::nullopt};
    if (conditions_.no_gate && is_gated(choice)) return Outcome::none;
    const Chain& chain = graph_.chain(evidence.wanted);
    for (const Use& use : chain.uses) {
      if (!step()) return Outcome::gave_up;
      choice.use = use;
      if (!fits(choice)) continue;
      if (const Outcome outcome = with(choice, next); outcome != Outcome::none) return outcome;
    }
    if (!chain.more_uses) return Outcome::none;
    choice.use.reset();
    return with(choice, next);
  }

  // For each of `locks`, which a reader wants beside another, a writer behind whom that reader queues. Left
  // in `writers`, behind what is there, if found.
  Outcome choose_writers(std::span<const LockId> locks, std::vector<EdgeChoice>& writers);

  // Whether `waiter` wants to read what `holder` reads. Then it does not wait for it, unless the lock's
  // readers queue and a writer waits.
  bool are_readers(const Evidence& waiter, const Evidence& holder) const {
    return graph_.chain(waiter.wanted).wanted.shared && graph_.chain(holder.held).wanted.shared;
  }

  bool may_overlap(const EdgeChoice& a, const EdgeChoice& b) const {
    return !a.use || !b.use || ordering_.may_overlap(*a.use, *b.use);  // never for the same thread
  }

  struct Held {
    LockId lock{};
    bool shared = false;  // by read locks only
    auto operator<=>(const Held&) const = default;
  };
  // The locks held where `choice` stands, ascending. Those known by their class only guard nothing.
  const std::vector<Held>& held_by(const EdgeChoice& choice);

  // A lock that not both can hold at once.
  std::optional<LockId> gate(const EdgeChoice& a, const EdgeChoice& b);

 private:
  template <typename Next>
  Outcome with(const EdgeChoice& choice, Next next) {
    chosen_.push_back(choice);
    const Outcome outcome = next(choice);
    chosen_.pop_back();
    return outcome;
  }

  bool is_gated(const EdgeChoice& choice);
  bool fits(const EdgeChoice& choice) const;

  const LockGraph& graph_;
  const Ordering& ordering_;
  Conditions conditions_;
  uint64_t max_steps_ = 0;
  uint64_t steps_ = 0;
  std::vector<EdgeChoice> chosen_;
  std::unordered_map<ChainId, std::vector<Held>> held_;  // by outer chain; its entries stay where they are
};

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_CAST_H
