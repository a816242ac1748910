// SPDX-License-Identifier: Apache-2.0
#include "core/findings/judged_cycles.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace gordian {
namespace {

// Searches the edges that lie on cycles for plausible cycles.
class FeasibleCycles {
 public:
  FeasibleCycles(const LockGraph& graph, const Ordering& ordering, const Admissible& admissible,
                 const std::vector<LockGraph::Edge>& edges)
      : graph_(graph), cast_(graph, ordering), admissible_(admissible) {
    Table<LockId, size_t> wants;
    Table<LockId, size_t> wanted;
    for (size_t lock = 0; lock < graph.lock_count(); ++lock) {
      out_.add({});
      in_.add({});
      distance_.add(kFar);
      wants.add(0);
      wanted.add(0);
    }
    for (const LockGraph::Edge edge : edges) {
      ++wants[graph.held(edge)];
      ++wanted[graph.wanted(edge)];
    }
    for (size_t lock = 0; lock < graph.lock_count(); ++lock) {
      const auto id = static_cast<LockId>(lock);
      out_[id].reserve(wants[id]);
      in_[id].reserve(wanted[id]);
    }
    for (const LockGraph::Edge edge : edges) {
      out_[graph.held(edge)].push_back(graph.wanted(edge));
      in_[graph.wanted(edge)].push_back(graph.held(edge));
    }
  }

  // The shortest through `edge`, in cycle(), if any. After `max_steps` it is given up. If there is none, the
  // edge is left out from now on.
  Outcome find(LockGraph::Edge edge, uint64_t max_steps) {
    const LockId held = graph_.held(edge);
    const LockId wanted = graph_.wanted(edge);
    steps_ = 0;
    max_steps_ = max_steps;
    for (const LockId lock : measured_) distance_[lock] = kFar;
    measured_.clear();
    measured_all_ = true;
    Outcome outcome = Outcome::none;
    cut_short_ = true;
    for (longest_ = 2; outcome == Outcome::none && cut_short_; ++longest_) {
      if (steps_ >= max_steps) return Outcome::gave_up;
      cast_.begin({}, max_steps - steps_);
      cut_short_ = false;
      locks_.assign({held});
      outcome = go(wanted);
      steps_ += cast_.steps();
    }
    if (outcome == Outcome::none && !measured_all_) return Outcome::gave_up;
    if (outcome == Outcome::none) {
      std::erase(out_[held], wanted);
      std::erase(in_[wanted], held);
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
    if (cut_short_ || (!measured_.empty() && distance_[lock] == kFar)) return Outcome::none;
    const Outcome anyone = put_on_edge(lock, [] { return Outcome::found; });
    cut_short_ = anyone == Outcome::found;
    return anyone == Outcome::gave_up ? anyone : Outcome::none;
  }

  // Whether a cycle by way of `lock` has more than longest_ locks, at least.
  bool is_too_far(LockId lock) {
    if (lock == locks_.front()) return false;
    if (locks_.size() + 1 > longest_) return true;
    if (measured_.empty()) measure_distances();
    return distance_[lock] == kFar || locks_.size() + distance_[lock] > longest_;
  }

  // Edges to the first of locks_, by breadth-first search.
  void measure_distances() {
    measured_.assign({locks_.front()});
    distance_[locks_.front()] = 0;
    measured_all_ = true;
    for (size_t next = 0; next < measured_.size(); ++next) {
      const LockId lock = measured_[next];
      steps_ += in_[lock].size();
      measured_all_ = steps_ < max_steps_;
      if (!measured_all_) return;
      for (const LockId source : in_[lock]) {
        if (distance_[source] != kFar) continue;
        distance_[source] = distance_[lock] + 1;
        measured_.push_back(source);
      }
    }
  }

  static constexpr uint32_t kFar = std::numeric_limits<uint32_t>::max();

  const LockGraph& graph_;
  Cast cast_;
  const Admissible& admissible_;
  Table<LockId, std::vector<LockId>> out_;
  Table<LockId, std::vector<LockId>> in_;
  // Of the search at hand.
  std::vector<LockId> locks_;       // of the way
  std::vector<Evidence> evidence_;  // of its edges
  std::vector<EdgeChoice> choices_;
  std::vector<LockId> queues_;        // of its locks, those that a reader wants beside a reader
  Table<LockId, uint32_t> distance_;  // to the first of locks_; kFar: it leads there not, or is not measured
  std::vector<LockId> measured_;      // those that are not far
  bool measured_all_ = true;
  size_t longest_ = 0;
  bool cut_short_ = false;
  uint64_t steps_ = 0;
  uint64_t max_steps_ = 0;
};

}  // namespace

JudgedCycles judged_cycles(const LockGraph& graph, const Ordering& ordering, const Admissible& admissible,
                           CycleBudget budget) {
  JudgedCycles result;
  std::vector<bool> settled(graph.edge_count());
  const auto number = [&](LockGraph::Edge edge) {
    return boost::get(boost::edge_index, graph.boost_graph(), edge);
  };
  const auto add = [&](Cycle cycle) {
    Verdict verdict = judge(cycle, graph, ordering, kMaxFeasibilitySteps, admissible);
    const size_t size = cycle.locks.size();
    if ((verdict.blocks && verdict.tier == Tier::plausible) || size == 1) {
      for (size_t i = 0; i < size; ++i)
        settled[number(*graph.find(cycle.locks[i], cycle.locks[(i + 1) % size]))] = true;
    }
    result.cycles.push_back({std::move(cycle), std::move(verdict)});
  };
  bool all = true;
  for (Cycle& cycle : find_cycles(graph, kSearchBudget, &all)) add(std::move(cycle));
  result.more = !all;

  if (result.cycles.empty()) return result;
  const std::vector<LockGraph::Edge> edges = edges_on_cycles(graph);
  const auto is_settled = [&](LockGraph::Edge edge) { return settled[number(edge)]; };
  if (std::ranges::all_of(edges, is_settled)) return result;
  FeasibleCycles search(graph, ordering, admissible, edges);
  for (const LockGraph::Edge edge : edges) {
    if (is_settled(edge)) continue;
    const Outcome outcome = search.find(edge, std::min(budget.steps, budget.steps_per_edge));
    const uint64_t cost = search.steps() + (outcome == Outcome::found ? kCycleCost : 0);
    budget.steps -= std::min(budget.steps, cost);
    if (outcome == Outcome::found) add(search.cycle());
    if (outcome == Outcome::gave_up) ++result.given_up;
  }
  return result;
}

}  // namespace gordian
