// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/findings/class_graph.h"

namespace gordian {
namespace {

using NodeKey = std::pair<std::string, std::string>;  // executable, name
NodeKey key_of(const ClassNode& node) {
  return {node.executable, node.name};
}

auto key_of(const Frame& frame) {
  return std::tuple(frame.function, frame.file, frame.line, frame.line == 0 ? frame.module : "",
                    frame.line == 0 ? frame.offset : 0);
}

void add(ClassEdge& into, const ClassEdge& edge) {
  into.count += edge.count;
  into.threads += edge.threads;
  into.more_threads |= edge.more_threads;
  into.places.insert(into.places.end(), edge.places.begin(), edge.places.end());
  if (edge.cycle) into.cycle = into.cycle ? std::min(*into.cycle, *edge.cycle) : *edge.cycle;
}

// Each pair of places once; the one passed most often is the edge's.
void settle_places(ClassEdge& edge) {
  std::map<std::pair<decltype(key_of(Frame{})), decltype(key_of(Frame{}))>, ClassSite> places;
  for (const ClassSite& site : edge.places) {
    const auto [known, is_new] = places.try_emplace({key_of(site.held_at), key_of(site.wanted_at)}, site);
    if (!is_new) known->second.count += site.count;
  }
  edge.places.clear();
  for (auto& [key, site] : places) edge.places.push_back(std::move(site));
  edge.sites = edge.places.size();
  const auto most = std::ranges::max_element(edge.places, {}, &ClassSite::count);
  if (most == edge.places.end()) return;
  edge.held_at = most->held_at;
  edge.wanted_at = most->wanted_at;
}

// Instances of different runs are different locks.
ClassGraph side_by_side(const ClassGraph& one, const ClassGraph& other) {
  ClassGraph both = one;
  both.nodes.insert(both.nodes.end(), other.nodes.begin(), other.nodes.end());
  for (ClassEdge edge : other.edges) {
    edge.from += one.nodes.size();
    edge.to += one.nodes.size();
    both.edges.push_back(std::move(edge));
  }
  both.nodes_left_out += other.nodes_left_out;
  both.locks_left_out += other.locks_left_out;
  return both;
}

}  // namespace

ClassGraph merge(const ClassGraph& one, const ClassGraph& other) {
  if (one.fold == Fold::instances) return side_by_side(one, other);
  std::map<NodeKey, ClassNode> nodes;
  std::map<std::pair<NodeKey, NodeKey>, ClassEdge> edges;
  for (const ClassGraph* graph : {&one, &other}) {
    for (const ClassNode& node : graph->nodes) {
      const auto [known, is_new] = nodes.try_emplace(key_of(node), node);
      if (is_new) continue;
      known->second.locks += node.locks;
      known->second.nested += node.nested;
      known->second.in_cycle |= node.in_cycle;
    }
    for (const ClassEdge& edge : graph->edges) {
      const auto [known, is_new] =
          edges.try_emplace({key_of(graph->nodes[edge.from]), key_of(graph->nodes[edge.to])}, edge);
      if (!is_new) add(known->second, edge);
    }
  }
  ClassGraph merged;
  std::map<NodeKey, size_t> position;
  for (auto& [key, node] : nodes) {
    position[key] = merged.nodes.size();
    merged.nodes.push_back(std::move(node));
  }
  for (auto& [ends, edge] : edges) {
    edge.from = position.at(ends.first);
    edge.to = position.at(ends.second);
    settle_places(edge);
    merged.edges.push_back(std::move(edge));
  }
  merged.left_out = one.left_out;
  merged.left_out.insert(other.left_out.begin(), other.left_out.end());
  std::erase_if(merged.left_out, [&](const NodeKey& key) { return position.contains(key); });
  merged.nodes_left_out = merged.left_out.size();
  merged.locks_left_out = one.locks_left_out + other.locks_left_out;
  return merged;
}

void mark_cycles(ClassGraph& graph, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    for (const FindingEdge& of_finding : finding.edges) {
      for (ClassEdge& edge : graph.edges) {
        ClassNode& from = graph.nodes[edge.from];
        ClassNode& to = graph.nodes[edge.to];
        if (!finding.process.starts_with(from.executable + " (") ||
            from.name != finding.locks[of_finding.held].class_name ||
            to.name != finding.locks[of_finding.wanted].class_name)
          continue;
        edge.cycle = edge.cycle ? std::min(*edge.cycle, finding.tier) : finding.tier;
        from.in_cycle = to.in_cycle = true;
      }
    }
  }
}

}  // namespace gordian
