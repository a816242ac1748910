// SPDX-License-Identifier: Apache-2.0
#include "core/findings/edge_support.h"

#include <algorithm>
#include <boost/range/iterator_range.hpp>

#include "core/graph/in_parallel.h"

namespace gordian {
namespace {

// Locks, of those that have edges about ten each.
constexpr size_t kWorthAThread = 1 << 14;

}  // namespace

EdgeSupports::EdgeSupports(const Program& program, const LockGraph& graph,
                           std::span<const LockGraph::Edge> asked_for)
    : program_(program), graph_(graph), classes_(classes_by_name(program)) {
  for (const LockGraph::Edge edge : asked_for) supports_.try_emplace(relation(edge));
  graph.boost_graph();  // is made by the first look at it, which must not be several at once
  const auto parts = in_parallel(graph.lock_count(), kWorthAThread, [&](size_t begin, size_t end) {
    Supports part = supports_;
    for (size_t lock = begin; lock < end; ++lock) add_edges(static_cast<LockId>(lock), part);
    return part;
  });
  for (const Supports& part : parts) {
    for (const auto& [relation, support] : part) {
      EdgeSupport& all = supports_.at(relation);
      all.sites.insert(support.sites.begin(), support.sites.end());
      all.threads.insert(support.threads.begin(), support.threads.end());
      all.more_threads |= support.more_threads;
    }
  }
}

// Of the edges from `held`, those that are asked for.
void EdgeSupports::add_edges(LockId held, Supports& supports) const {
  const Relation first{program_.locks[held].process, classes_[held], ClassId{}, false};
  const auto begin = supports.lower_bound(first);
  const auto is_other = [&](const auto& each) {
    return each.first.process != first.process || each.first.held != first.held;
  };
  if (begin == supports.end() || is_other(*begin)) return;
  for (const auto edge :
       boost::make_iterator_range(boost::out_edges(static_cast<uint32_t>(held), graph_.boost_graph()))) {
    const auto known = supports.find(relation(edge));
    if (known == supports.end()) continue;
    EdgeSupport& support = known->second;
    for (const Evidence& evidence : graph_.evidence(edge)) {
      const Chain& chain = graph_.chain(evidence.wanted);
      support.sites.emplace(graph_.chain(evidence.held).wanted.stack, chain.wanted.stack);
      for (const Use& use : chain.uses) support.threads.insert(use.thread);
      support.more_threads |= chain.more_uses;
    }
  }
}

EdgeSupports::Relation EdgeSupports::relation(LockGraph::Edge edge) const {
  const LockId held = graph_.held(edge);
  const LockId wanted = graph_.wanted(edge);
  const Lock& held_lock = program_.locks[held];
  const bool upwards =
      classes_[held] == classes_[wanted] && held_lock.address < program_.locks[wanted].address;
  return {held_lock.process, classes_[held], classes_[wanted], upwards};
}

}  // namespace gordian
