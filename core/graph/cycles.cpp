// SPDX-License-Identifier: Apache-2.0
#include "core/graph/cycles.h"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <boost/range/iterator_range.hpp>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace gordian {
namespace {

using Node = uint32_t;  // position in Component::locks

constexpr Node kNone = std::numeric_limits<Node>::max();

// The nodes that edges lead to (or come from), of all nodes one after the other.
struct Adjacency {
  std::vector<Node> nodes;
  std::vector<size_t> first;  // of each node, and one past the last

  std::span<const Node> operator[](Node node) const {
    return std::span(nodes).subspan(first[node], first[node + 1] - first[node]);
  }
};

Adjacency reversed(const Adjacency& from) {
  Adjacency to{std::vector<Node>(from.nodes.size()), std::vector<size_t>(from.first.size())};
  for (const Node target : from.nodes) ++to.first[target];
  std::partial_sum(to.first.begin(), to.first.end(), to.first.begin());
  for (auto node = static_cast<Node>(from.first.size() - 1); node-- > 0;) {
    for (const Node target : from[node]) to.nodes[--to.first[target]] = node;
  }
  return to;
}

// One strongly connected component, renumbered densely in the order of the lock ids.
struct Component {
  std::vector<LockId> locks;
  Adjacency out;
  Adjacency in;
};

// Of each lock, the number of its strongly connected component. Returns how many there are.
uint32_t find_components(const LockGraph& graph, std::vector<uint32_t>& component_of) {
  const LockGraph::Graph& boost_graph = graph.boost_graph();
  component_of.resize(graph.lock_count());
  return boost::strong_components(
      boost_graph,
      boost::make_iterator_property_map(component_of.begin(), get(boost::vertex_index, boost_graph)));
}

// The components that have cycles, small ones first.
std::vector<Component> components_of(const LockGraph& graph) {
  constexpr uint32_t kAcyclic = std::numeric_limits<uint32_t>::max();
  const LockGraph::Graph& boost_graph = graph.boost_graph();
  const auto lock_count = static_cast<uint32_t>(graph.lock_count());
  std::vector<uint32_t> component_of;
  std::vector<uint32_t> sizes(find_components(graph, component_of));
  for (const uint32_t component : component_of) ++sizes[component];

  std::vector<Component> components;
  std::vector<uint32_t> place_of(sizes.size(), kAcyclic);  // in `components`
  std::vector<Node> node_of(lock_count);
  for (uint32_t lock = 0; lock < lock_count; ++lock) {
    const auto id = static_cast<LockId>(lock);
    uint32_t& place = place_of[component_of[lock]];
    if (place == kAcyclic) {
      if (sizes[component_of[lock]] == 1 && !graph.find(id, id)) continue;
      place = static_cast<uint32_t>(components.size());
      components.emplace_back();
    }
    std::vector<LockId>& locks = components[place].locks;
    node_of[lock] = static_cast<Node>(locks.size());
    locks.push_back(id);
  }

  for (Component& component : components) {
    component.out.first.push_back(0);
    // Targets come in the order of their ids, whatever the order in which a trace brought the edges: that
    // must not choose between equally short cycles.
    for (Node node = 0; node < component.locks.size(); ++node) {
      const auto lock = static_cast<uint32_t>(component.locks[node]);
      for (const auto edge : boost::make_iterator_range(boost::out_edges(lock, boost_graph))) {
        const uint32_t target = boost::target(edge, boost_graph);
        if (component_of[target] != component_of[lock]) continue;
        component.out.nodes.push_back(node_of[target]);
      }
      component.out.first.push_back(component.out.nodes.size());
    }
    component.in = reversed(component.out);
  }
  std::ranges::sort(components, [](const Component& a, const Component& b) {
    return std::tuple(a.locks.size(), a.locks.front()) < std::tuple(b.locks.size(), b.locks.front());
  });
  return components;
}

// Breadth-first search with its arrays kept from one run to the next.
class Search {
 public:
  explicit Search(size_t node_count) : reached_(node_count) {}

  // Runs from `root` until all of `goals`, or without goals everything, is reached. Returns the edges looked
  // at.
  uint64_t run(const Adjacency& edges, Node root, std::span<const Node> goals = {}) {
    ++run_;
    queue_.assign(1, root);
    reached_[root] = {run_, kNone};
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
        reached_[target] = {run_, node};
        queue_.push_back(target);
      }
    }
    return looked_at;
  }

  // The node from which the last run reached `node`; kNone for its root.
  Node parent(Node node) const { return reached_[node].from; }

 private:
  bool reached(Node node) const { return reached_[node].in_run == run_; }

  struct Reached {
    uint32_t in_run = 0;
    Node from = kNone;
  };
  std::vector<Reached> reached_;
  std::vector<Node> queue_;
  uint32_t run_ = 0;
};

class CycleFinder {
 public:
  CycleFinder(const LockGraph& graph, const Component& component) : graph_(graph), component_(component) {}

  // No cycle twice. Takes what it searched off `budget`; if that is not enough, not `all`.
  std::vector<std::vector<Node>> find(uint64_t& budget, bool& all) {
    Search search(component_.locks.size());
    Node node = 0;
    for (; node < component_.locks.size() && budget > 0; ++node) {
      const std::span<const Node> sources = component_.in[node];
      budget -= std::min(budget, search.run(component_.out, node, sources));
      for (const Node source : sources) {
        std::vector<Node> path;  // from source back to node
        for (Node at = source; at != kNone; at = search.parent(at)) path.push_back(at);
        std::ranges::reverse(path);
        report(std::move(path));
      }
      budget -= std::min(budget, kCycleCost * sources.size());
    }
    if (node < component_.locks.size()) {
      all = false;
      cover_edges();
    }
    std::ranges::sort(reported_);
    const auto repeated = std::ranges::unique(reported_);
    reported_.erase(repeated.begin(), repeated.end());
    return std::move(reported_);
  }

 private:
  // Gives every edge some cycle, unless one that was taken at the same places is on a reported one.
  void cover_edges() {
    covered_.resize(component_.out.nodes.size());
    std::ranges::for_each(reported_, [&](const auto& cycle) { cover(cycle); });
    const Node root = 0;
    Search from_root(component_.locks.size());
    Search to_root(component_.locks.size());
    from_root.run(component_.out, root);
    to_root.run(component_.in, root);
    std::vector<uint64_t> above(component_.locks.size(),
                                0);  // the mark of the edge whose source this leads to
    uint64_t mark = 0;
    for (Node source = 0; source < component_.locks.size(); ++source) {
      for (const Node target : component_.out[source]) {
        if (is_covered(source, target)) continue;
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

  // Of the edge in component_.out.
  size_t place(Node source, Node target) const {
    const std::span<const Node> targets = component_.out[source];
    const auto found = std::ranges::lower_bound(targets, target);
    return component_.out.first[source] + static_cast<size_t>(found - targets.begin());
  }

  std::span<const Evidence> evidence(Node source, Node target) const {
    return graph_.evidence(*graph_.find(component_.locks[source], component_.locks[target]));
  }
  StackId stack(ChainId chain) const { return graph_.chain(chain).wanted.stack; }
  uint64_t places(const Evidence& evidence) const {
    return uint64_t{index(stack(evidence.held))} << 32 | index(stack(evidence.wanted));
  }

  void cover(const std::vector<Node>& cycle) {
    for (size_t i = 0; i < cycle.size(); ++i) {
      const Node source = cycle[i];
      const Node target = cycle[(i + 1) % cycle.size()];
      covered_[place(source, target)] = true;
      for (const Evidence& each : evidence(source, target)) covered_places_.insert(places(each));
    }
  }

  // Itself, or by others of its places; a lock that points to itself stands for no other.
  bool is_covered(Node source, Node target) const {
    if (covered_[place(source, target)]) return true;
    return source != target && std::ranges::all_of(evidence(source, target), [&](const Evidence& each) {
             return stack(each.held) != kNoStack && stack(each.wanted) != kNoStack &&
                    covered_places_.contains(places(each));
           });
  }

  // Cycles are kept in the rotation of Cycle, so that equal ones can be recognised.
  void report(std::vector<Node> cycle) {
    std::ranges::rotate(cycle, std::ranges::min_element(cycle));
    reported_.push_back(std::move(cycle));
  }

  const LockGraph& graph_;
  const Component& component_;
  std::vector<std::vector<Node>> reported_;
  std::vector<bool> covered_;                    // of each edge of component_.out
  std::unordered_set<uint64_t> covered_places_;  // as pairs of stacks
};

}  // namespace

std::vector<Cycle> find_cycles(const LockGraph& graph, uint64_t search_budget, bool* all) {
  std::vector<Cycle> cycles;
  bool found_all = true;
  for (const Component& component : components_of(graph)) {
    for (const std::vector<Node>& nodes : CycleFinder(graph, component).find(search_budget, found_all)) {
      Cycle& cycle = cycles.emplace_back();
      cycle.locks.reserve(nodes.size());
      for (const Node node : nodes) cycle.locks.push_back(component.locks[node]);
    }
  }
  if (all != nullptr) *all = found_all;
  std::ranges::sort(cycles, [](const Cycle& a, const Cycle& b) {
    if (a.locks.size() != b.locks.size()) return a.locks.size() < b.locks.size();
    return a.locks < b.locks;
  });
  return cycles;
}

std::vector<LockGraph::Edge> edges_on_cycles(const LockGraph& graph) {
  std::vector<uint32_t> component_of;
  find_components(graph, component_of);
  std::vector<LockGraph::Edge> edges;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph.boost_graph()))) {
    if (component_of[index(graph.held(edge))] == component_of[index(graph.wanted(edge))])
      edges.push_back(edge);
  }
  return edges;
}

}  // namespace gordian
