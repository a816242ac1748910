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
  bool overlap = true;  // false: threads need only differ
};

enum class Outcome : uint8_t { found, none, gave_up };

// In ascending order, for both arguments.
std::optional<LockId> common_lock(const std::vector<LockId>& a, const std::vector<LockId>& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return *i;
    ++(*i < *j ? i : j);
  }
  return std::nullopt;
}

class Judge {
 public:
  Judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering, uint64_t max_steps)
      : graph_(graph), ordering_(ordering), max_steps_(max_steps), choice_(cycle.locks.size()) {
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
    } else if (search({.no_gate = false, .overlap = false}) == Outcome::none) {
      verdict.tier = Tier::single_thread;
      verdict.edges = first_choice();
    } else if (const Outcome overlapping = search({.no_gate = false}); overlapping == Outcome::found) {
      verdict.tier = Tier::guarded;
      verdict.edges = choice_;
      verdict.gate = gate();
    } else {
      verdict.tier = Tier::ordered;
      Outcome different = search({.overlap = false});
      if (different == Outcome::none) different = search({.no_gate = false, .overlap = false});
      verdict.exhausted = overlapping == Outcome::gave_up || different == Outcome::gave_up;
      verdict.edges = choice_ = different == Outcome::found ? choice_ : first_choice();
      verdict.conflict = conflict();
    }
    return verdict;
  }

 private:
  Outcome search(Conditions conditions) {
    conditions_ = conditions;
    steps_ = 0;
    return extend(0);
  }

  // Chooses for the edge at `depth` of order_ and all after it.
  Outcome extend(size_t depth) {
    if (depth == order_.size()) return Outcome::found;
    EdgeChoice& choice = choice_[order_[depth]];
    for (const Evidence& evidence : evidence_[order_[depth]]) {
      if (++steps_ > max_steps_) return Outcome::gave_up;
      choice.evidence = evidence;
      if (conditions_.no_gate && gated(depth)) continue;
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
    const std::vector<LockId>& held = held_by(order_[depth]);
    return std::any_of(order_.begin(), order_.begin() + static_cast<ptrdiff_t>(depth),
                       [&](size_t edge) { return common_lock(held, held_by(edge)).has_value(); });
  }

  // Whether the thread chosen at `depth` is another than, or could be where it is together with, each chosen
  // before.
  bool fits(size_t depth) const {
    const EdgeChoice& last = choice_[order_[depth]];
    return std::all_of(order_.begin(), order_.begin() + static_cast<ptrdiff_t>(depth), [&](size_t edge) {
      if (conditions_.overlap) return may_meet(choice_[edge], last);
      return !choice_[edge].use || choice_[edge].use->thread != last.use->thread;
    });
  }

  bool may_meet(const EdgeChoice& a, const EdgeChoice& b) const {
    return !a.use || !b.use || ordering_.may_overlap(*a.use, *b.use);  // never for the same thread
  }

  // The locks held at the choice for `edge`, ascending. Those known by their class only guard nothing.
  const std::vector<LockId>& held_by(size_t edge) {
    const ChainId outer = graph_.chain(choice_[edge].evidence.wanted).outer;
    const auto [entry, is_new] = held_.try_emplace(outer);
    if (is_new) {
      for (ChainId at = outer; at != kNoChain; at = graph_.chain(at).outer) {
        const LockId lock = graph_.chain(at).wanted.lock;
        if (graph_.vertex(lock) == LockGraph::Vertex::lock) entry->second.push_back(lock);
      }
      std::ranges::sort(entry->second);
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
    std::vector<LockId> common = held_by(0);
    for (size_t edge = 1; edge < choice_.size(); ++edge) {
      std::erase_if(common, [&](LockId lock) { return !std::ranges::binary_search(held_by(edge), lock); });
    }
    if (!common.empty()) return Gate{common.front(), true};
    for (size_t second = 1; second < choice_.size(); ++second) {
      for (size_t first = 0; first < second; ++first) {
        if (const auto lock = common_lock(held_by(first), held_by(second))) return Gate{*lock, false};
      }
    }
    return std::nullopt;
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
  std::vector<std::vector<Evidence>> evidence_;  // of each edge of the cycle
  std::vector<size_t> order_;                    // edges, in the order of choosing
  std::vector<EdgeChoice> choice_;
  std::unordered_map<ChainId, std::vector<LockId>> held_;
  Conditions conditions_;
  uint64_t steps_ = 0;
};

}  // namespace

Verdict judge(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering, uint64_t max_steps) {
  return Judge(cycle, graph, ordering, max_steps).verdict();
}

}  // namespace gordian
