// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/findings/class_graph.h"

namespace gordian {
namespace {

Frame at(unsigned line) {
  Frame frame;
  frame.function = "work";
  frame.file = "/src/work.c";
  frame.line = line;
  return frame;
}

// Edges of /bin/bank by the names of their ends, each passed `count` times at one place.
ClassGraph graph_of(const std::vector<std::pair<std::string, std::string>>& edges, uint64_t count,
                    unsigned line) {
  ClassGraph graph;
  const auto node = [&](const std::string& name) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].name == name) return i;
    }
    graph.nodes.push_back({name, "/bin/bank", 1, count});
    return graph.nodes.size() - 1;
  };
  for (const auto& [held, wanted] : edges) {
    ClassEdge edge;
    edge.from = node(held);
    edge.to = node(wanted);
    edge.count = count;
    edge.threads = 1;
    edge.sites = 1;
    edge.held_at = edge.wanted_at = at(line);
    edge.places = {{at(line), at(line), count}};
    graph.edges.push_back(edge);
  }
  return graph;
}

const ClassEdge& edge(const ClassGraph& graph, const std::string& held, const std::string& wanted) {
  for (const ClassEdge& edge : graph.edges) {
    if (graph.nodes[edge.from].name == held && graph.nodes[edge.to].name == wanted) return edge;
  }
  ADD_FAILURE() << "no edge " << held << " -> " << wanted;
  return graph.edges.front();
}

TEST(ClassGraphMergeTest, EdgesOfOneClassAreOne) {
  const ClassGraph merged = merge(graph_of({{"a", "b"}}, 2, 10), graph_of({{"b", "c"}, {"a", "b"}}, 3, 20));
  EXPECT_EQ(merged.nodes.size(), 3U);
  EXPECT_EQ(merged.edges.size(), 2U);
  EXPECT_EQ(edge(merged, "a", "b").count, 5U);
  EXPECT_EQ(edge(merged, "a", "b").threads, 2U);
  EXPECT_EQ(edge(merged, "a", "b").sites, 2U);
  EXPECT_EQ(edge(merged, "a", "b").held_at.line, 20U);
  EXPECT_EQ(edge(merged, "b", "c").count, 3U);
}

// The most frequent place of all is not the most frequent one of any part.
TEST(ClassGraphMergeTest, GroupingMakesNoDifference) {
  ClassGraph one = graph_of({{"a", "b"}}, 4, 10);
  one.edges[0].places.push_back({at(30), at(30), 3});
  ClassGraph other = graph_of({{"a", "b"}}, 4, 20);
  other.edges[0].places.push_back({at(30), at(30), 3});
  const ClassGraph third = graph_of({{"c", "a"}}, 1, 40);
  EXPECT_EQ(edge(merge(merge(one, other), third), "a", "b").held_at.line, 30U);
  EXPECT_EQ(edge(merge(third, merge(other, one)), "a", "b").held_at.line, 30U);
  EXPECT_EQ(edge(merge(merge(one, third), other), "a", "b").held_at.line, 30U);
}

TEST(ClassGraphMergeTest, WhatIsNestedInOneRunIsNotLeftOut) {
  ClassGraph one = graph_of({{"a", "b"}}, 1, 10);
  one.left_out = {{"/bin/bank", "c"}, {"/bin/bank", "d"}};
  one.nodes_left_out = one.locks_left_out = 2;
  EXPECT_EQ(merge(one, graph_of({{"b", "c"}}, 1, 10)).nodes_left_out, 1U);
}

TEST(ClassGraphMergeTest, InstancesStayWhatTheyAre) {
  ClassGraph one = graph_of({{"a", "b"}}, 1, 10);
  one.fold = Fold::instances;
  const ClassGraph merged = merge(one, one);
  EXPECT_EQ(merged.nodes.size(), 4U);
  EXPECT_EQ(merged.edges.at(1).from, 2U);
}

TEST(ClassGraphMergeTest, ACycleOfSeveralRunsIsMarked) {
  ClassGraph graph = merge(graph_of({{"a", "b"}, {"b", "c"}}, 1, 10), graph_of({{"b", "a"}}, 1, 20));
  Finding finding;
  finding.process = "/bin/bank (several runs)";
  finding.locks = {{"a", "a", "mutex"}, {"b", "b", "mutex"}};
  finding.edges.resize(2);
  finding.edges[0].wanted = finding.edges[1].held = 1;
  mark_cycles(graph, {finding});
  EXPECT_EQ(edge(graph, "a", "b").cycle, Tier::plausible);
  EXPECT_EQ(edge(graph, "b", "a").cycle, Tier::plausible);
  EXPECT_FALSE(edge(graph, "b", "c").cycle);
}

}  // namespace
}  // namespace gordian
