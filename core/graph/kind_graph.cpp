// SPDX-License-Identifier: Apache-2.0
#include "core/graph/kind_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/graph/chain_index.h"

namespace gordian {
namespace {

void add_uses(Chain& into, const Chain& from) {
  for (const Use& use : from.uses) {
    const auto same = std::ranges::find(into.uses, use.thread, &Use::thread);
    if (same == into.uses.end()) {
      into.uses.push_back(use);
    } else {
      same->first_segment = std::min(same->first_segment, use.first_segment);
      same->last_segment = std::max(same->last_segment, use.last_segment);
    }
  }
}

}  // namespace

StackId class_of(const Lock& lock) {
  return lock.created != kNoStack ? lock.created : lock.first_taken;
}

std::set<StackId> summarised_classes(const Program& program) {
  std::set<StackId> classes;
  for (const Chain& chain : program.graph.chains()) {
    if (!chain.summary) continue;
    for (const Chain* at = &chain;; at = &program.graph.chain(at->outer)) {
      classes.insert(class_of(program.locks[at->wanted.lock]));
      if (at->outer == kNoChain) break;
    }
  }
  classes.erase(kNoStack);
  return classes;
}

bool has_summaries(const Program& program) {
  return std::ranges::any_of(program.graph.chains(), &Chain::summary);
}

LockGraph kind_graph(const Program& program) {
  const std::set<StackId> classes = summarised_classes(program);
  LockGraph graph;
  std::map<StackId, LockId> first_of_class;
  Table<LockId, LockId> vertex;
  for (const Lock& lock : program.locks) {
    const auto own = program.graph.vertex(static_cast<LockId>(vertex.size()));
    const bool by_class = own == LockGraph::Vertex::lock && classes.contains(class_of(lock));
    const LockId id = graph.add_lock(by_class ? LockGraph::Vertex::lock_class : own,
                                     program.graph.readers(static_cast<LockId>(vertex.size())));
    vertex.add(by_class ? first_of_class.try_emplace(class_of(lock), id).first->second : id);
  }

  ChainIndex nodes(graph);
  Table<ChainId, ChainId> node_of;
  for (const Chain& chain : program.graph.chains()) {
    Chain fresh;
    fresh.outer = chain.outer == kNoChain ? kNoChain : node_of[chain.outer];
    fresh.wanted = chain.wanted;
    fresh.wanted.lock = vertex[chain.wanted.lock];
    const ChainId node = nodes.add(std::move(fresh));
    Chain& merged = graph.chain(node);
    merged.count += chain.count;
    merged.more_uses |= chain.more_uses;
    merged.summary |= chain.summary;
    add_uses(merged, chain);
    node_of.add(node);
  }
  return graph;
}

bool is_summarised(const LockGraph& graph, LockGraph::Edge edge) {
  return std::ranges::any_of(graph.evidence(edge),
                             [&](const Evidence& evidence) { return graph.chain(evidence.wanted).summary; });
}

}  // namespace gordian
