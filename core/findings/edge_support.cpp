// SPDX-License-Identifier: Apache-2.0
#include "core/findings/edge_support.h"

#include <boost/range/iterator_range.hpp>

namespace gordian {

EdgeSupports::EdgeSupports(const Program& program, const LockGraph& graph,
                           std::span<const LockGraph::Edge> asked_for)
    : program_(program), graph_(graph), classes_(classes_by_name(program)) {
  for (const LockGraph::Edge edge : asked_for) supports_.try_emplace(relation(edge));
  for (const auto edge : boost::make_iterator_range(boost::edges(graph.boost_graph()))) {
    const auto known = supports_.find(relation(edge));
    if (known == supports_.end()) continue;
    EdgeSupport& support = known->second;
    for (const Evidence& evidence : graph.evidence(edge)) {
      const Chain& chain = graph.chain(evidence.wanted);
      support.sites.emplace(graph.chain(evidence.held).wanted.stack, chain.wanted.stack);
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
