// SPDX-License-Identifier: Apache-2.0
#include "core/findings/feasibility.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace gordian {
namespace {

class Judge {
 public:
  Judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering, uint64_t max_steps,
        const Admissible& admissible)
      : cycle_(cycle),
        graph_(graph),
        cast_(graph, ordering),
        max_steps_(max_steps),
        admissible_(admissible),
        choice_(cycle.locks.size()) {
    for (size_t i = 0; i < cycle.locks.size(); ++i) {
      const LockId wanted = cycle.locks[(i + 1) % cycle.locks.size()];
      const std::span<const Evidence> all = graph.evidence(*graph.find(cycle.locks[i], wanted));
      std::vector<Evidence>& evidence = evidence_.emplace_back(all.begin(), all.end());
      // A wait that gives up in time makes the weaker case.
      std::ranges::stable_partition(evidence, [&](const Evidence& piece) {
        return graph.chain(piece.wanted).wanted.mode != Mode::timed;
      });
    }
    order_.resize(evidence_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::ranges::stable_sort(order_, {}, [&](size_t edge) { return evidence_[edge].size(); });
  }

  Verdict verdict() {
    Verdict verdict;
    const Outcome possible = search({}, verdict);
    verdict.exhausted = possible == Outcome::gave_up;
    if (possible != Outcome::none) return verdict;
    const Outcome waiting = search({.no_gate = false, .threads = Threads::any}, verdict);
    if (waiting == Outcome::none) {
      verdict.blocks = false;
    } else if (search({.no_gate = false, .threads = Threads::differ}) == Outcome::none) {
      verdict.tier = Tier::single_thread;
    } else if (const Outcome overlapping = search({.no_gate = false}, verdict);
               overlapping == Outcome::found) {
      verdict.tier = Tier::guarded;
      verdict.gate = gate(verdict.all());
    } else {
      verdict.tier = Tier::ordered;
      Outcome different = search({.threads = Threads::differ}, verdict);
      if (different == Outcome::none)
        different = search({.no_gate = false, .threads = Threads::differ}, verdict);
      verdict.exhausted = overlapping == Outcome::gave_up || different == Outcome::gave_up;
      verdict.conflict = conflict(verdict.all());
    }
    return verdict;
  }

 private:
  using Threads = Conditions::Threads;

  Outcome search(Conditions conditions) {
    cast_.begin(conditions, max_steps_);
    writers_.clear();
    return extend(0);
  }

  // The same; what is found goes into `verdict`, or, as long as nothing is, any choice.
  Outcome search(Conditions conditions, Verdict& verdict) {
    const Outcome outcome = search(conditions);
    if (outcome == Outcome::found) {
      verdict.edges = choice_;
      verdict.writers = writers_;
    } else if (verdict.edges.empty()) {
      verdict.edges = first_choice();
    }
    return outcome;
  }

  // Chooses for the edge at `depth` of order_ and all after it.
  Outcome extend(size_t depth) {
    if (depth == order_.size()) {
      return admissible_ && !admissible_(choice_) ? Outcome::none : cast_.choose_writers(queues(), writers_);
    }
    EdgeChoice& place = choice_[order_[depth]];
    for (const Evidence& evidence : evidence_[order_[depth]]) {
      place.evidence = evidence;
      if (reads_past(depth)) {
        if (!cast_.step()) return Outcome::gave_up;
        continue;
      }
      const Outcome outcome = cast_.choose(evidence, [&](const EdgeChoice& choice) {
        place = choice;
        return extend(depth + 1);
      });
      if (outcome != Outcome::none) return outcome;
    }
    return Outcome::none;
  }

  size_t next(size_t edge) const { return (edge + 1) % choice_.size(); }
  LockId wanted(size_t edge) const { return cycle_.locks[next(edge)]; }
  bool are_readers(size_t edge) const {
    return cast_.are_readers(choice_[edge].evidence, choice_[next(edge)].evidence);
  }

  // Whether the choice at `depth` and a neighbour chosen before it meet as two readers of one lock that lets
  // them: then the one does not wait for the other.
  bool reads_past(size_t depth) const {
    const size_t edge = order_[depth];
    const auto chosen_end = order_.begin() + static_cast<ptrdiff_t>(depth) + 1;
    const auto is_chosen = [&](size_t other) {
      return std::find(order_.begin(), chosen_end, other) != chosen_end;
    };
    const auto passes = [&](size_t waiter) {
      return is_chosen(waiter) && is_chosen(next(waiter)) && are_readers(waiter) &&
             graph_.readers(wanted(waiter)) == LockGraph::Readers::pass;
    };
    return passes(edge) || passes((edge + choice_.size() - 1) % choice_.size());
  }

  // The locks of the choice that a reader queues for.
  std::vector<LockId> queues() const {
    std::vector<LockId> locks;
    for (size_t edge = 0; edge < choice_.size(); ++edge) {
      if (are_readers(edge)) locks.push_back(wanted(edge));
    }
    return locks;
  }

  // What is shown when no search has a better choice.
  std::vector<EdgeChoice> first_choice() const {
    std::vector<EdgeChoice> choice;
    for (const std::vector<Evidence>& edge : evidence_) {
      const Uses& uses = graph_.chain(edge.front().wanted).uses;
      choice.push_back({edge.front(), uses.empty() ? std::nullopt : std::optional(uses.front())});
    }
    return choice;
  }

  // The gate lock of the choice: one held by all if there is one.
  std::optional<Gate> gate(const std::vector<EdgeChoice>& all) {
    for (const Cast::Held& held : cast_.held_by(all.front())) {
      if (keeps_all_apart(held.lock, all)) return Gate{held.lock, true};
    }
    for (size_t second = 1; second < all.size(); ++second) {
      for (size_t first = 0; first < second; ++first) {
        if (const auto lock = cast_.gate(all[first], all[second])) return Gate{*lock, false};
      }
    }
    return std::nullopt;
  }

  // Held by all, and by a read lock of one at most.
  bool keeps_all_apart(LockId lock, const std::vector<EdgeChoice>& all) {
    size_t readers = 0;
    for (const EdgeChoice& choice : all) {
      const std::vector<Cast::Held>& locks = cast_.held_by(choice);
      const auto held = std::ranges::find(locks, lock, &Cast::Held::lock);
      if (held == locks.end()) return false;
      if (held->shared) ++readers;
    }
    return readers <= 1;
  }

  std::optional<ThreadConflict> conflict(const std::vector<EdgeChoice>& all) const {
    for (size_t second = 1; second < all.size(); ++second) {
      for (size_t first = 0; first < second; ++first) {
        if (!cast_.may_overlap(all[first], all[second])) return ThreadConflict{first, second};
      }
    }
    return std::nullopt;
  }

  const Cycle& cycle_;
  const LockGraph& graph_;
  Cast cast_;
  const uint64_t max_steps_;
  const Admissible& admissible_;
  std::vector<std::vector<Evidence>> evidence_;  // of each edge of the cycle
  std::vector<size_t> order_;                    // edges, in the order of choosing
  std::vector<EdgeChoice> choice_;
  std::vector<EdgeChoice> writers_;
};

}  // namespace

std::vector<EdgeChoice> Verdict::all() const {
  std::vector<EdgeChoice> all = edges;
  all.insert(all.end(), writers.begin(), writers.end());
  return all;
}

Verdict judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering, uint64_t max_steps,
              const Admissible& admissible) {
  return Judge(cycle, graph, ordering, max_steps, admissible).verdict();
}

}  // namespace gordian
