// SPDX-License-Identifier: Apache-2.0
#include "core/findings/feasibility.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace gordian {
namespace {

// Which conditions a search insists on.
struct Conditions {
  bool no_gate = true;
  enum class Threads : uint8_t { overlap, differ, any } threads = Threads::overlap;
};

enum class Outcome : uint8_t { found, none, gave_up };

struct Held {
  LockId lock{};
  bool shared = false;  // by read locks only
  auto operator<=>(const Held&) const = default;
};

// One that not both can hold at once. In ascending order, for both arguments.
std::optional<LockId> common_lock(const std::vector<Held>& a, const std::vector<Held>& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (i->lock == j->lock && !(i->shared && j->shared)) return i->lock;
    ++(*i < *j ? i : j);
  }
  return std::nullopt;
}

class Judge {
 public:
  Judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering, uint64_t max_steps,
        const Admissible& admissible)
      : graph_(graph),
        ordering_(ordering),
        max_steps_(max_steps),
        admissible_(admissible),
        choice_(cycle.locks.size()) {
    for (size_t i = 0; i < cycle.locks.size(); ++i) {
      const LockId wanted = cycle.locks[(i + 1) % cycle.locks.size()];
      std::vector<Evidence>& evidence =
          evidence_.emplace_back(graph.evidence(*graph.find(cycle.locks[i], wanted)));
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
    const Outcome possible = search({});
    verdict.exhausted = possible == Outcome::gave_up;
    if (possible != Outcome::none) {
      verdict.edges = possible == Outcome::found ? choice_ : first_choice();
      return verdict;
    }
    const Outcome waiting = search({.no_gate = false, .threads = Threads::any});
    verdict.edges = waiting == Outcome::found ? choice_ : first_choice();
    if (waiting == Outcome::none) {
      verdict.blocks = false;
    } else if (search({.no_gate = false, .threads = Threads::differ}) == Outcome::none) {
      verdict.tier = Tier::single_thread;
    } else if (const Outcome overlapping = search({.no_gate = false}); overlapping == Outcome::found) {
      verdict.tier = Tier::guarded;
      verdict.edges = choice_;
      verdict.gate = gate();
    } else {
      verdict.tier = Tier::ordered;
      Outcome different = search({.threads = Threads::differ});
      if (different == Outcome::none) different = search({.no_gate = false, .threads = Threads::differ});
      verdict.exhausted = overlapping == Outcome::gave_up || different == Outcome::gave_up;
      if (different == Outcome::found) verdict.edges = choice_;
      choice_ = verdict.edges;
      verdict.conflict = conflict();
    }
    return verdict;
  }

 private:
  using Threads = Conditions::Threads;

  Outcome search(Conditions conditions) {
    conditions_ = conditions;
    steps_ = 0;
    return extend(0);
  }

  // Chooses for the edge at `depth` of order_ and all after it.
  Outcome extend(size_t depth) {
    if (depth == order_.size()) return !admissible_ || admissible_(choice_) ? Outcome::found : Outcome::none;
    EdgeChoice& choice = choice_[order_[depth]];
    for (const Evidence& evidence : evidence_[order_[depth]]) {
      if (++steps_ > max_steps_) return Outcome::gave_up;
      choice.evidence = evidence;
      if (reads_past(depth) || (conditions_.no_gate && gated(depth))) continue;
      const Chain& chain = graph_.chain(evidence.wanted);
      for (const Use& use : chain.uses) {
        if (++steps_ > max_steps_) return Outcome::gave_up;
        choice.use = use;
        if (!fits(depth)) continue;
        if (const Outcome rest = extend(depth + 1); rest != Outcome::none) return rest;
      }
      if (!has_unlisted_thread(chain)) continue;
      choice.use.reset();
      if (const Outcome rest = extend(depth + 1); rest != Outcome::none) return rest;
    }
    return Outcome::none;
  }

  // Whether the choice at `depth` shares a held lock with one before it.
  bool gated(size_t depth) {
    const std::vector<Held>& held = held_by(order_[depth]);
    return std::any_of(order_.begin(), order_.begin() + static_cast<ptrdiff_t>(depth),
                       [&](size_t edge) { return common_lock(held, held_by(edge)).has_value(); });
  }

  // Whether the choice at `depth` and a neighbour chosen before it meet as two readers of one lock: then the
  // one does not wait for the other.
  bool reads_past(size_t depth) const {
    const size_t edge = order_[depth];
    const size_t next = (edge + 1) % order_.size();
    const size_t before = (edge + order_.size() - 1) % order_.size();
    return std::any_of(order_.begin(), order_.begin() + static_cast<ptrdiff_t>(depth), [&](size_t other) {
      return (other == next && are_readers(edge, other)) || (other == before && are_readers(other, edge));
    });
  }

  bool are_readers(size_t edge, size_t next) const {
    const Acquisition& wanted = graph_.chain(choice_[edge].evidence.wanted).wanted;
    return wanted.shared && !wanted.queues && graph_.chain(choice_[next].evidence.held).wanted.shared;
  }

  // Whether the thread chosen at `depth` is another than, or could be where it is together with, each chosen
  // before.
  bool fits(size_t depth) const {
    const EdgeChoice& last = choice_[order_[depth]];
    if (conditions_.threads == Threads::any) return true;
    return std::all_of(order_.begin(), order_.begin() + static_cast<ptrdiff_t>(depth), [&](size_t edge) {
      if (conditions_.threads == Threads::overlap) return may_meet(choice_[edge], last);
      return !choice_[edge].use || choice_[edge].use->thread != last.use->thread;
    });
  }

  bool may_meet(const EdgeChoice& a, const EdgeChoice& b) const {
    return !a.use || !b.use || ordering_.may_overlap(*a.use, *b.use);  // never for the same thread
  }

  // The locks held at the choice for `edge`, ascending. Those known by their class only guard nothing.
  const std::vector<Held>& held_by(size_t edge) {
    const ChainId outer = graph_.chain(choice_[edge].evidence.wanted).outer;
    const auto [entry, is_new] = held_.try_emplace(outer);
    if (is_new) {
      for (ChainId at = outer; at != kNoChain; at = graph_.chain(at).outer) {
        const Acquisition& taken = graph_.chain(at).wanted;
        if (graph_.vertex(taken.lock) == LockGraph::Vertex::lock)
          entry->second.push_back({taken.lock, taken.shared});
      }
      // Of one taken more than once, the strongest.
      std::ranges::sort(entry->second);
      const auto rest = std::ranges::unique(entry->second, {}, &Held::lock);
      entry->second.erase(rest.begin(), rest.end());
    }
    return entry->second;
  }

  static bool has_unlisted_thread(const Chain& chain) { return chain.more_uses || chain.uses.empty(); }

  // What is shown when no search has a better choice.
  std::vector<EdgeChoice> first_choice() const {
    std::vector<EdgeChoice> choice;
    for (const std::vector<Evidence>& edge : evidence_) {
      const std::vector<Use>& uses = graph_.chain(edge.front().wanted).uses;
      choice.push_back({edge.front(), uses.empty() ? std::nullopt : std::optional(uses.front())});
    }
    return choice;
  }

  // The gate lock of the choice: one held on every edge if there is one.
  std::optional<Gate> gate() {
    for (const Held& held : held_by(0)) {
      if (keeps_all_apart(held.lock)) return Gate{held.lock, true};
    }
    for (size_t second = 1; second < choice_.size(); ++second) {
      for (size_t first = 0; first < second; ++first) {
        if (const auto lock = common_lock(held_by(first), held_by(second))) return Gate{*lock, false};
      }
    }
    return std::nullopt;
  }

  // Held on every edge, and by a read lock on one at most.
  bool keeps_all_apart(LockId lock) {
    size_t readers = 0;
    for (size_t edge = 0; edge < choice_.size(); ++edge) {
      const std::vector<Held>& all = held_by(edge);
      const auto held = std::ranges::find(all, lock, &Held::lock);
      if (held == all.end()) return false;
      if (held->shared) ++readers;
    }
    return readers <= 1;
  }

  std::optional<ThreadConflict> conflict() const {
    for (size_t second = 1; second < choice_.size(); ++second) {
      for (size_t first = 0; first < second; ++first) {
        if (!may_meet(choice_[first], choice_[second])) return ThreadConflict{first, second};
      }
    }
    return std::nullopt;
  }

  const LockGraph& graph_;
  const Ordering& ordering_;
  const uint64_t max_steps_;
  const Admissible& admissible_;
  std::vector<std::vector<Evidence>> evidence_;  // of each edge of the cycle
  std::vector<size_t> order_;                    // edges, in the order of choosing
  std::vector<EdgeChoice> choice_;
  std::unordered_map<ChainId, std::vector<Held>> held_;
  Conditions conditions_;
  uint64_t steps_ = 0;
};

}  // namespace

Verdict judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering, uint64_t max_steps,
              const Admissible& admissible) {
  return Judge(cycle, graph, ordering, max_steps, admissible).verdict();
}

}  // namespace gordian
