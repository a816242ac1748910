// SPDX-License-Identifier: Apache-2.0
#include "core/graph/cycles.h"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <boost/range/iterator_range.hpp>
#include <cstddef>
#include <limits>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace gordian {
namespace {

using Node = uint32_t;  // position in Component::locks
using Adjacency = std::vector<std::vector<Node>>;

constexpr Node kNone = std::numeric_limits<Node>::max();

// One strongly connected component, renumbered densely in the order of the lock ids.
struct Component {
  std::vector<LockId> locks;
  Adjacency out;
  Adjacency in;
};

// The components that have cycles, small ones first.
std::vector<Component> components_of(const LockGraph& graph) {
  const LockGraph::Graph& boost_graph = graph.boost_graph();
  const size_t lock_count = graph.lock_count();
  std::vector<size_t> component_of(lock_count);
  const auto component_map =
      boost::make_iterator_property_map(component_of.begin(), get(boost::vertex_index, boost_graph));
  const size_t component_count = boost::strong_components(boost_graph, component_map);

  std::vector<Component> components(component_count);
  std::vector<Node> node_of(lock_count);
  for (size_t lock = 0; lock < lock_count; ++lock) {
    std::vector<LockId>& locks = components[component_of[lock]].locks;
    node_of[lock] = static_cast<Node>(locks.size());
    locks.push_back(static_cast<LockId>(lock));
  }
  std::erase_if(components, [&](const Component& component) {
    return component.locks.size() == 1 && !graph.find(component.locks.front(), component.locks.front());
  });

  for (Component& component : components) {
    component.out.resize(component.locks.size());
    component.in.resize(component.locks.size());
    for (Node node = 0; node < component.locks.size(); ++node) {
      const size_t lock = index(component.locks[node]);
      for (const auto edge : boost::make_iterator_range(boost::out_edges(lock, boost_graph))) {
        const size_t target = boost::target(edge, boost_graph);
        if (component_of[target] == component_of[lock]) component.out[node].push_back(node_of[target]);
      }
      // The order in which a trace happened to bring the edges must not choose between equally short cycles.
      std::ranges::sort(component.out[node]);
      for (const Node target : component.out[node]) component.in[target].push_back(node);
    }
  }
  std::ranges::sort(components, [](const Component& a, const Component& b) {
    return std::tuple(a.locks.size(), a.locks.front()) < std::tuple(b.locks.size(), b.locks.front());
  });
  return components;
}

// Breadth-first search with its arrays kept from one run to the next.
class Search {
 public:
  explicit Search(size_t node_count) : parent_(node_count), reached_in_(node_count, 0) {}

  // Runs from `root` until all of `goals`, or without goals everything, is reached. Returns the edges looked
  // at.
  uint64_t run(const Adjacency& edges, Node root, const std::vector<Node>& goals = {}) {
    ++run_;
    queue_.assign(1, root);
    reached_in_[root] = run_;
    parent_[root] = kNone;
    uint64_t looked_at = 0;
    size_t goal = 0;
    for (size_t next = 0; next < queue_.size(); ++next) {
      for (; goal < goals.size() && reached(goals[goal]); ++goal) {
      }
      if (!goals.empty() && goal == goals.size()) break;
      const Node node = queue_[next];
      looked_at += edges[node].size();
      for (const Node target : edges[node]) {
        if (reached(target)) continue;
        reached_in_[target] = run_;
        parent_[target] = node;
        queue_.push_back(target);
      }
    }
    return looked_at;
  }

  // The node from which the last run reached `node`; kNone for its root.
  Node parent(Node node) const { return parent_[node]; }

 private:
  bool reached(Node node) const { return reached_in_[node] == run_; }

  std::vector<Node> parent_;
  std::vector<uint32_t> reached_in_;
  std::vector<Node> queue_;
  uint32_t run_ = 0;
};

class CycleFinder {
 public:
  explicit CycleFinder(const Component& component) : component_(component) {}

  // No cycle twice. Takes what it searched off `budget`.
  std::vector<std::vector<Node>> find(uint64_t& budget) {
    Search search(component_.locks.size());
    Node node = 0;
    for (; node < component_.locks.size() && budget > 0; ++node) {
      const std::vector<Node>& sources = component_.in[node];
      budget -= std::min(budget, search.run(component_.out, node, sources));
      for (const Node source : sources) {
        std::vector<Node> path;  // from source back to node
        for (Node at = source; at != kNone; at = search.parent(at)) path.push_back(at);
        std::ranges::reverse(path);
        report(std::move(path));
      }
    }
    if (node < component_.locks.size()) cover_edges_into(node);
    std::ranges::sort(reported_);
    const auto repeated = std::ranges::unique(reported_);
    reported_.erase(repeated.begin(), repeated.end());
    return std::move(reported_);
  }

 private:
  // Gives every edge into `first` and the nodes after it some cycle, unless it is on a reported one.
  void cover_edges_into(Node first) {
    std::unordered_set<uint64_t> covered;
    const auto edge = [](Node source, Node target) { return uint64_t{source} << 32 | target; };
    const auto cover = [&](const std::vector<Node>& cycle) {
      for (size_t i = 0; i < cycle.size(); ++i) covered.insert(edge(cycle[i], cycle[(i + 1) % cycle.size()]));
    };
    std::ranges::for_each(reported_, cover);

    const Node root = 0;
    Search from_root(component_.locks.size());
    Search to_root(component_.locks.size());
    from_root.run(component_.out, root);
    to_root.run(component_.in, root);
    std::vector<uint64_t> above(component_.locks.size(),
                                0);  // the mark of the edge whose source this leads to
    uint64_t mark = 0;
    for (Node target = first; target < component_.locks.size(); ++target) {
      for (const Node source : component_.in[target]) {
        if (covered.contains(edge(source, target))) continue;
        ++mark;
        for (Node at = source; at != kNone; at = from_root.parent(at)) above[at] = mark;
        // Leaving the way to the root where it first meets the way from the root keeps the cycle simple.
        std::vector<Node> cycle{target};
        while (above[cycle.back()] != mark) cycle.push_back(to_root.parent(cycle.back()));
        const size_t meeting = cycle.size() - 1;
        for (Node at = source; at != cycle[meeting]; at = from_root.parent(at)) cycle.push_back(at);
        std::reverse(cycle.begin() + static_cast<ptrdiff_t>(meeting) + 1, cycle.end());
        cover(cycle);
        report(std::move(cycle));
      }
    }
  }

  // Cycles are kept in the rotation of Cycle, so that equal ones can be recognised.
  void report(std::vector<Node> cycle) {
    std::ranges::rotate(cycle, std::ranges::min_element(cycle));
    reported_.push_back(std::move(cycle));
  }

  const Component& component_;
  std::vector<std::vector<Node>> reported_;
};

}  // namespace

std::vector<Cycle> find_cycles(const LockGraph& graph, uint64_t search_budget) {
  std::vector<Cycle> cycles;
  for (const Component& component : components_of(graph)) {
    for (const std::vector<Node>& nodes : CycleFinder(component).find(search_budget)) {
      Cycle& cycle = cycles.emplace_back();
      cycle.locks.reserve(nodes.size());
      for (const Node node : nodes) cycle.locks.push_back(component.locks[node]);
    }
  }
  std::ranges::sort(cycles, [](const Cycle& a, const Cycle& b) {
    if (a.locks.size() != b.locks.size()) return a.locks.size() < b.locks.size();
    return a.locks < b.locks;
  });
  return cycles;
}

}  // namespace gordian
