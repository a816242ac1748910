// SPDX-License-Identifier: Apache-2.0
//
// find_cycles against a model that knows nothing of components or searches: it lists every simple cycle by
// walking.
#include "core/graph/cycles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace gordian {
namespace {

using Edge = std::pair<uint32_t, uint32_t>;
using Nodes = std::vector<uint32_t>;

LockGraph graph_of(uint32_t lock_count, const std::vector<Edge>& edges) {
  LockGraph graph;
  for (uint32_t i = 0; i < lock_count; ++i) graph.add_lock();
  for (const auto& [held, wanted] : edges) {
    Chain outer;
    outer.wanted.lock = LockId{held};
    Chain inner;
    inner.outer = graph.add_chain(outer);
    inner.wanted.lock = LockId{wanted};
    graph.add_chain(inner);
  }
  return graph;
}

Nodes nodes_of(const Cycle& cycle) {
  Nodes nodes;
  for (const LockId lock : cycle.locks) nodes.push_back(static_cast<uint32_t>(lock));
  return nodes;
}

std::vector<Edge> edges_of(const Nodes& cycle) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < cycle.size(); ++i) edges.emplace_back(cycle[i], cycle[(i + 1) % cycle.size()]);
  return edges;
}

// All simple cycles, each starting at its smallest node.
class AllCycles {
 public:
  explicit AllCycles(const std::set<Edge>& edges) : edges_(edges) {
    for (const Edge& edge : edges) {
      path_.assign(1, edge.first);
      if (edge.second > edge.first) walk(edge.second);
    }
  }

  const std::set<Nodes>& cycles() const { return cycles_; }

  std::map<Edge, size_t> shortest_through_edge() const {
    std::map<Edge, size_t> shortest;
    for (const Nodes& cycle : cycles_) {
      for (const Edge& edge : edges_of(cycle)) {
        const auto known = shortest.try_emplace(edge, cycle.size()).first;
        known->second = std::min(known->second, cycle.size());
      }
    }
    return shortest;
  }

 private:
  void walk(uint32_t node) {
    path_.push_back(node);
    for (const auto& [source, target] : edges_) {
      if (source != node) continue;
      if (target == path_.front()) cycles_.insert(path_);
      if (target > path_.front() && std::ranges::find(path_, target) == path_.end()) walk(target);
    }
    path_.pop_back();
  }

  const std::set<Edge>& edges_;
  Nodes path_;
  std::set<Nodes> cycles_;
};

std::vector<Edge> random_edges(uint32_t lock_count, size_t edge_count, std::mt19937& random) {
  std::uniform_int_distribution<uint32_t> lock(0, lock_count - 1);
  std::vector<Edge> edges;
  for (size_t i = 0; i < edge_count; ++i) {
    const Edge edge{lock(random), lock(random)};
    if (edge.first != edge.second) edges.push_back(edge);
  }
  return edges;
}

TEST(CyclesTest, AgreesWithListingAllSimpleCycles) {
  std::mt19937 random(1);
  size_t cycles_seen = 0;
  for (int round = 0; round < 600; ++round) {
    const uint32_t lock_count = 2 + static_cast<uint32_t>(round) % 6;
    const std::vector<Edge> edges = random_edges(lock_count, static_cast<size_t>(round) % 16, random);
    const std::set<Edge> distinct(edges.begin(), edges.end());
    const AllCycles model(distinct);
    const std::map<Edge, size_t> shortest = model.shortest_through_edge();

    std::set<Nodes> reported;
    std::map<Edge, size_t> reported_shortest;
    for (const Cycle& cycle : find_cycles(graph_of(lock_count, edges))) {
      const Nodes nodes = nodes_of(cycle);
      EXPECT_TRUE(model.cycles().contains(nodes)) << "not a cycle, or not in its normal rotation";
      EXPECT_TRUE(reported.insert(nodes).second) << "reported twice";
      bool shortest_of_some_edge = false;
      for (const Edge& edge : edges_of(nodes)) {
        const auto known = reported_shortest.try_emplace(edge, nodes.size()).first;
        known->second = std::min(known->second, nodes.size());
        shortest_of_some_edge |= shortest.at(edge) == nodes.size();
      }
      EXPECT_TRUE(shortest_of_some_edge);
    }
    EXPECT_EQ(reported_shortest, shortest) << "an edge is missing, or a shorter cycle runs through it";
    cycles_seen += reported.size();
  }
  EXPECT_GT(cycles_seen, 500U);
}

TEST(CyclesTest, CoversEveryEdgeOnACycleWhateverTheBudget) {
  std::mt19937 random(2);
  for (int round = 0; round < 400; ++round) {
    const uint32_t lock_count = 2 + static_cast<uint32_t>(round) % 6;
    const std::vector<Edge> edges = random_edges(lock_count, 4 + static_cast<size_t>(round) % 12, random);
    const std::set<Edge> distinct(edges.begin(), edges.end());
    const AllCycles model(distinct);

    std::set<Edge> on_a_cycle;
    for (const Nodes& cycle : model.cycles()) {
      for (const Edge& edge : edges_of(cycle)) on_a_cycle.insert(edge);
    }
    std::set<Nodes> reported;
    std::set<Edge> covered;
    for (const Cycle& cycle : find_cycles(graph_of(lock_count, edges), random() % 8)) {
      const Nodes nodes = nodes_of(cycle);
      EXPECT_TRUE(model.cycles().contains(nodes));
      EXPECT_TRUE(reported.insert(nodes).second);
      for (const Edge& edge : edges_of(nodes)) covered.insert(edge);
    }
    EXPECT_EQ(covered, on_a_cycle);
  }
}

TEST(CyclesTest, ComesInOrderOfLengthThenLocks) {
  const std::vector<Cycle> cycles =
      find_cycles(graph_of(7, {{6, 5}, {5, 6}, {0, 3}, {3, 1}, {1, 0}, {2, 4}, {4, 2}}));
  ASSERT_EQ(cycles.size(), 3U);
  EXPECT_EQ(nodes_of(cycles[0]), (Nodes{2, 4}));
  EXPECT_EQ(nodes_of(cycles[1]), (Nodes{5, 6}));
  EXPECT_EQ(nodes_of(cycles[2]), (Nodes{0, 3, 1}));
}

TEST(CyclesTest, DoesNotDependOnTheOrderInWhichEdgesCame) {
  std::mt19937 random(3);
  std::vector<Edge> edges = random_edges(30, 150, random);
  const std::vector<Cycle> cycles = find_cycles(graph_of(30, edges));
  std::ranges::shuffle(edges, random);
  EXPECT_FALSE(cycles.empty());
  EXPECT_EQ(find_cycles(graph_of(30, edges)), cycles);
}

TEST(CyclesTest, FindsARingOfAHundredThousandLocks) {
  const uint32_t lock_count = 100'000;
  std::vector<Edge> edges;
  for (uint32_t i = 0; i < lock_count; ++i) edges.emplace_back(i, (i + 1) % lock_count);
  const std::vector<Cycle> cycles = find_cycles(graph_of(lock_count, edges), 1'000'000);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles[0].locks.size(), lock_count);
}

TEST(CyclesTest, FindsAFewInversionsAmongManyOrderedLocks) {
  const uint32_t lock_count = 100'000;
  std::mt19937 random(4);
  std::uniform_int_distribution<uint32_t> lock(0, lock_count - 1);
  std::vector<Edge> edges;
  for (size_t i = 0; i < 1'000'000; ++i) {
    const auto [low, high] = std::minmax({lock(random), lock(random)});
    if (low != high) edges.emplace_back(low, high);
  }
  for (uint32_t i = 0; i < 100; ++i) {
    edges.emplace_back(i * 1000, i * 1000 + 1);
    edges.emplace_back(i * 1000 + 1, i * 1000);
  }
  const std::vector<Cycle> cycles = find_cycles(graph_of(lock_count, edges));
  EXPECT_EQ(cycles.size(), 100U);
}

}  // namespace
}  // namespace gordian
