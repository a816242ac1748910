// SPDX-License-Identifier: Apache-2.0
#include "core/findings/judged_cycles.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace gordian {
namespace {

using Edge = std::pair<LockId, LockId>;  // held, wanted

template <typename Function>
void for_each_edge(const Cycle& cycle, Function function) {
  for (size_t i = 0; i < cycle.locks.size(); ++i) {
    function(Edge{cycle.locks[i], cycle.locks[(i + 1) % cycle.locks.size()]});
  }
}

// Searches the edges that lie on cycles for plausible cycles.
class FeasibleCycles {
 public:
  FeasibleCycles(const LockGraph& graph, const Ordering& ordering, const Admissible& admissible,
                 const std::set<Edge>& edges)
      : graph_(graph), cast_(graph, ordering), admissible_(admissible) {
    for (const auto& [held, wanted] : edges) {
      out_[held].push_back(wanted);
      in_[wanted].push_back(held);
    }
  }

  // The shortest through `edge`, in cycle(), if any. After `max_steps` it is given up. If there is none, the
  // edge is left out from now on.
  Outcome find(const Edge& edge, uint64_t max_steps) {
    steps_ = 0;
    distance_.clear();
    Outcome outcome = Outcome::none;
    cut_short_ = true;
    for (longest_ = 2; outcome == Outcome::none && cut_short_; ++longest_) {
      if (steps_ >= max_steps) return Outcome::gave_up;
      cast_.begin({}, max_steps - steps_);
      cut_short_ = false;
      locks_.assign({edge.first});
      outcome = go(edge.second);
      steps_ += cast_.steps();
    }
    if (outcome == Outcome::none) {
      std::erase(out_[edge.first], edge.second);
      std::erase(in_[edge.second], edge.first);
    }
    return outcome;
  }

  uint64_t steps() const { return steps_; }

  Cycle cycle() const {
    Cycle cycle{locks_};
    std::ranges::rotate(cycle.locks, std::ranges::min_element(cycle.locks));
    return cycle;
  }

 private:
  // Puts a thread on the edge from the last of locks_ to `lock`, any that may stand there, and calls
  // `next()`, until that does not say none.
  template <typename Next>
  Outcome put_on_edge(LockId lock, Next next) {
    const LockId last = locks_.back();
    const bool closes = lock == locks_.front();
    for (const Evidence& evidence : graph_.evidence(*graph_.find(last, lock))) {
      const bool queues_here = !evidence_.empty() && cast_.are_readers(evidence_.back(), evidence);
      const bool queues_there = closes && cast_.are_readers(evidence, evidence_.front());
      if ((queues_here && graph_.readers(last) == LockGraph::Readers::pass) ||
          (queues_there && graph_.readers(lock) == LockGraph::Readers::pass)) {
        if (!cast_.step()) return Outcome::gave_up;
        continue;
      }
      const size_t queues = queues_.size();
      if (queues_here) queues_.push_back(last);
      if (queues_there) queues_.push_back(lock);
      evidence_.push_back(evidence);
      const Outcome outcome = cast_.choose(evidence, [&](const EdgeChoice& choice) {
        choices_.push_back(choice);
        const Outcome rest = next();
        choices_.pop_back();
        return rest;
      });
      evidence_.pop_back();
      queues_.resize(queues);
      if (outcome != Outcome::none) return outcome;
    }
    return Outcome::none;
  }

  // Goes on from the last of locks_ to `lock`, and from there back to the first.
  Outcome go(LockId lock) {
    return put_on_edge(lock, [&] {
      if (lock == locks_.front()) return close();
      locks_.push_back(lock);
      for (const LockId next : out_[lock]) {
        if (next != locks_.front() && std::ranges::find(locks_, next) != locks_.end()) continue;
        const Outcome outcome = is_too_far(next) ? note_cut(next) : go(next);
        if (outcome != Outcome::none) return outcome;
      }
      locks_.pop_back();
      return Outcome::none;
    });
  }

  Outcome close() {
    if (admissible_ && !admissible_(choices_)) return Outcome::none;
    std::vector<EdgeChoice> writers;
    return cast_.choose_writers(queues_, writers);
  }

  // There may be more to find with longer cycles only if the edge that was not followed leads back, and
  // somebody may stand on it.
  Outcome note_cut(LockId lock) {
    if (cut_short_ || (!distance_.empty() && !distance_.contains(lock))) return Outcome::none;
    const Outcome anyone = put_on_edge(lock, [] { return Outcome::found; });
    cut_short_ = anyone == Outcome::found;
    return anyone == Outcome::gave_up ? anyone : Outcome::none;
  }

  // Whether a cycle by way of `lock` has more than longest_ locks, at least.
  bool is_too_far(LockId lock) {
    if (lock == locks_.front()) return false;
    if (locks_.size() + 1 > longest_) return true;
    if (distance_.empty()) measure_distances();
    const auto known = distance_.find(lock);
    return known == distance_.end() || locks_.size() + known->second > longest_;
  }

  // Edges to the first of locks_, by breadth-first search.
  void measure_distances() {
    std::vector<LockId> queue{locks_.front()};
    distance_[locks_.front()] = 0;
    for (size_t next = 0; next < queue.size(); ++next) {
      const LockId lock = queue[next];
      steps_ += in_[lock].size();
      for (const LockId source : in_[lock]) {
        if (distance_.try_emplace(source, distance_[lock] + 1).second) queue.push_back(source);
      }
    }
  }

  const LockGraph& graph_;
  Cast cast_;
  const Admissible& admissible_;
  std::unordered_map<LockId, std::vector<LockId>> out_;
  std::unordered_map<LockId, std::vector<LockId>> in_;
  // Of the search at hand.
  std::vector<LockId> locks_;       // of the way
  std::vector<Evidence> evidence_;  // of its edges
  std::vector<EdgeChoice> choices_;
  std::vector<LockId> queues_;  // of its locks, those that a reader wants beside a reader
  std::unordered_map<LockId, size_t> distance_;
  size_t longest_ = 0;
  bool cut_short_ = false;
  uint64_t steps_ = 0;
};

}  // namespace

JudgedCycles judged_cycles(const LockGraph& graph, const Ordering& ordering, const Admissible& admissible,
                           CycleBudget budget) {
  JudgedCycles result;
  std::set<Edge> edges;  // all that lie on cycles, since each of them lies on one of find_cycles()
  std::set<Edge> settled;
  const auto add = [&](Cycle cycle) {
    Verdict verdict = judge(cycle, graph, ordering, kMaxFeasibilitySteps, admissible);
    const bool settles = (verdict.blocks && verdict.tier == Tier::plausible) || cycle.locks.size() == 1;
    for_each_edge(cycle, [&](const Edge& edge) {
      edges.insert(edge);
      if (settles) settled.insert(edge);
    });
    result.cycles.push_back({std::move(cycle), std::move(verdict)});
  };
  for (Cycle& cycle : find_cycles(graph)) add(std::move(cycle));

  if (settled.size() == edges.size()) return result;
  FeasibleCycles search(graph, ordering, admissible, edges);
  for (const Edge& edge : std::set<Edge>(edges)) {
    if (settled.contains(edge)) continue;
    const Outcome outcome = search.find(edge, std::min(budget.steps, budget.steps_per_edge));
    budget.steps -= std::min(budget.steps, search.steps());
    if (outcome == Outcome::found) add(search.cycle());
    if (outcome == Outcome::gave_up) ++result.given_up;
  }
  return result;
}

}  // namespace gordian
