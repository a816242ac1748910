// SPDX-License-Identifier: Apache-2.0
#include "viz/dot.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>

#include "tests/unit/golden.h"

namespace gordian {
namespace {

std::string dot(const ClassGraph& graph, bool findings_only = false) {
  std::ostringstream out;
  write_dot(out, graph, {.findings_only = findings_only});
  return out.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

size_t occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

ClassNode node(std::string name, uint64_t locks, bool in_cycle = false) {
  ClassNode result;
  result.name = std::move(name);
  result.executable = "/usr/bin/memcached";
  result.locks = locks;
  result.nested = 7;
  result.in_cycle = in_cycle;
  return result;
}

ClassEdge edge(size_t from, size_t to, uint64_t count, std::optional<Tier> cycle = {}) {
  ClassEdge result;
  result.from = from;
  result.to = to;
  result.count = count;
  result.threads = 3;
  result.sites = 1;
  result.held_at = {.function = "assoc_insert",
                    .file = "/src/assoc.c",
                    .line = 88,
                    .module = "",
                    .offset = 0,
                    .inlined = false};
  result.wanted_at = {.function = "do_item_link_q",
                      .file = "/src/items.c",
                      .line = 388,
                      .module = "",
                      .offset = 0,
                      .inlined = false};
  result.cycle = cycle;
  return result;
}

ClassGraph sample() {
  ClassGraph graph;
  graph.nodes = {node("item_locks[]", 4096, true), node("lru_locks[]", 256, true),
                 node("stats_lock", 1, true), node("slabs_lock", 1)};
  graph.edges = {edge(0, 1, 120400, Tier::plausible), edge(1, 0, 3, Tier::plausible),
                 edge(0, 0, 9, Tier::guarded), edge(0, 3, 88), edge(2, 0, 1, Tier::guarded)};
  graph.edges[3].wanted_at = {.function = "",
                              .file = "",
                              .line = 0,
                              .module = "/usr/lib/libx.so",
                              .offset = 0x12ab,
                              .inlined = false};
  graph.nodes_left_out = 9;
  graph.locks_left_out = 28;
  return graph;
}

TEST(DotView, DrawsTheGraph) {
  expect_golden("memcached.dot", dot(sample()));
}

TEST(DotView, FindingsOnlyShowsCyclesAndSaysSo) {
  const std::string text = dot(sample(), true);
  EXPECT_FALSE(contains(text, "n3"));
  EXPECT_TRUE(contains(text, "n0 -> n1"));
  EXPECT_TRUE(contains(text, "3 lock classes, 4 orders"));
  EXPECT_TRUE(contains(text, "Only what lies on a cycle is shown, of 4 classes."));
}

TEST(DotView, EscapesWhateverNamesContain) {
  ClassGraph graph;
  graph.nodes = {node("map<\"a\\b\", &c>", 2), node("bad \xff\n name", 1), node("", 1)};
  graph.edges = {edge(0, 1, 1)};
  graph.edges[0].wanted_at.function = "operator\"\"_x\\N";
  const std::string text = dot(graph);
  EXPECT_TRUE(contains(text, "<b>map&lt;&quot;a\\b&quot;, &amp;c&gt;</b>"));
  EXPECT_TRUE(contains(text, "tooltip=\"map<\\\"a\\\\b\\\", &c>\\n"));
  EXPECT_TRUE(contains(text, "operator\\\"\\\"_x\\\\N"));
  EXPECT_TRUE(contains(text, "<b>bad \xef\xbf\xbd\xef\xbf\xbd name</b>"));
  EXPECT_FALSE(contains(text, "<b></b>"));  // Graphviz rejects it
}

TEST(DotView, ALargeGraphLabelsCyclesAndTheMostFrequentEdges) {
  ClassGraph graph;
  for (size_t i = 0; i < 400; ++i) graph.nodes.push_back(node("lock " + std::to_string(i), 1));
  for (size_t i = 0; i + 1 < 400; ++i) graph.edges.push_back(edge(i, i + 1, i + 1));
  graph.edges[0].cycle = Tier::plausible;
  const std::string text = dot(graph);
  EXPECT_EQ(occurrences(text, ", label=\"\xc3\x97"), 21U);
  EXPECT_TRUE(contains(text,
                       ", label=\"\xc3\x97"
                       "1\\n"));
  EXPECT_TRUE(contains(text, "those taken at least 380 times"));
  EXPECT_EQ(occurrences(text, " -> n"), 399U);
}

TEST(DotView, SeveralExecutablesAreFramedApart) {
  ClassGraph graph = sample();
  EXPECT_FALSE(contains(dot(graph), "subgraph"));
  graph.nodes[3].executable = "/usr/bin/\"odd\"";
  const std::string text = dot(graph);
  EXPECT_EQ(occurrences(text, "subgraph cluster_"), 2U);
  EXPECT_TRUE(contains(text, "label=\"/usr/bin/\\\"odd\\\"\""));
}

TEST(DotView, AnEmptyGraphIsAPictureToo) {
  EXPECT_TRUE(contains(dot(ClassGraph{}), "0 lock classes, 0 orders"));
}

}  // namespace
}  // namespace gordian
