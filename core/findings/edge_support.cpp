// SPDX-License-Identifier: Apache-2.0
#include "core/findings/edge_support.h"

#include <boost/range/iterator_range.hpp>

namespace gordian {

EdgeSupports::EdgeSupports(const Program& program, const LockGraph& graph)
    : program_(program), graph_(graph) {
  for (const auto edge : boost::make_iterator_range(boost::edges(graph.boost_graph()))) {
    EdgeSupport& support = supports_[relation(edge)];
    for (const Evidence& evidence : graph.evidence(edge)) {
      const Chain& chain = graph.chain(evidence.wanted);
      support.sites.emplace(graph.chain(evidence.held).wanted.stack, chain.wanted.stack);
      for (const Use& use : chain.uses) support.threads.insert(use.thread);
      support.more_threads |= chain.more_uses;
    }
  }
}

EdgeSupports::Relation EdgeSupports::relation(LockGraph::Edge edge) const {
  const Lock& held = program_.locks[graph_.held(edge)];
  const Lock& wanted = program_.locks[graph_.wanted(edge)];
  const bool upwards = held.class_name == wanted.class_name && held.address < wanted.address;
  return {held.process, held.class_name, wanted.class_name, upwards};
}

}  // namespace gordian
