// SPDX-License-Identifier: Apache-2.0
#include "core/findings/observed_order.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gordian {
namespace {

using Arcs = std::vector<std::pair<std::string, std::string>>;

ClassGraph graph_of(const Arcs& arcs) {
  ClassGraph graph;
  const auto node = [&](const std::string& name) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].name == name) return i;
    }
    graph.nodes.push_back({name, "/bin/server"});
    return graph.nodes.size() - 1;
  };
  for (const auto& [held, wanted] : arcs) {
    ClassEdge edge;
    edge.from = node(held);
    edge.to = node(wanted);
    edge.count = 2;
    edge.wanted_at.function = "take_" + wanted;
    edge.wanted_at.file = "/src/server.c";
    edge.wanted_at.line = 7;
    graph.edges.push_back(edge);
  }
  return graph;
}

// Behind the words at the top.
std::string body(const Arcs& arcs) {
  const std::string text = observed_order(graph_of(arcs));
  return text.substr(text.find("\n\n") + 2);
}

TEST(ObservedOrder, IsWrittenInChainsWithoutWhatFollows) {
  EXPECT_EQ(body({{"a", "b"}, {"b", "c"}, {"a", "c"}}), "a < b < c\n");
  EXPECT_EQ(body({{"c", "d"}, {"a", "c"}, {"b", "c"}, {"c", "e"}, {"b", "e"}}).find("b < e"),
            std::string::npos);
}

TEST(ObservedOrder, LeavesWhatHasTwoOrdersToAPerson) {
  EXPECT_EQ(body({{"a", "b"}, {"b", "a"}, {"b", "c"}}),
            "b < c\n"
            "\n"
            "# Not decided: these are taken in more than one order. Uncomment what you intend.\n"
            "# 2 times, as in take_b (server.c:7):\n"
            "#a < b\n"
            "# 2 times, as in take_a (server.c:7):\n"
            "#b < a\n");
}

TEST(ObservedOrder, NamesWhatHasNoPlaceInIt) {
  const std::string text = body({{"a", "b"}, {"a", "a"}, {"x < y ? x : y", "a"}});
  EXPECT_NE(text.find("class, which has no place here:\n#   a\n"), std::string::npos) << text;
  EXPECT_NE(text.find("member:\n#   x < y ? x : y\n"), std::string::npos) << text;
  EXPECT_EQ(text.substr(0, text.find('\n')), "a < b");
}

TEST(ObservedOrder, OfLocksThatAreNeverNestedHasNoLines) {
  const std::string text = observed_order(ClassGraph{});
  EXPECT_EQ(text.find("\n\n"), std::string::npos);
}

std::set<std::pair<int, int>> closure_of(const Arcs& arcs) {
  std::set<std::pair<int, int>> closure;
  for (const auto& [from, to] : arcs) closure.emplace(std::stoi(from), std::stoi(to));
  for (size_t before = 0; before != closure.size();) {
    before = closure.size();
    const std::set<std::pair<int, int>> known = closure;
    for (const auto& [a, b] : known) {
      for (const auto& [c, d] : known) {
        if (b == c) closure.emplace(a, d);
      }
    }
  }
  return closure;
}

// Of random graphs: what is read back is the order of all arcs that no cycle leads through, and nothing else.
TEST(ObservedOrder, IsReadBackAsTheSameOrder) {
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    Arcs arcs = {{"8", "9"}};  // so that there is some order
    for (auto n = random() % 14; n > 0; --n)
      arcs.emplace_back(std::to_string(random() % 8), std::to_string(random() % 8));
    const auto all = closure_of(arcs);
    Arcs decided;
    for (const auto& arc : arcs) {
      if (!all.contains({std::stoi(arc.second), std::stoi(arc.first)})) decided.push_back(arc);
    }
    const auto expected = closure_of(decided);
    const std::string text = observed_order(graph_of(arcs));
    const IntendedOrder read(user_file("o.txt", text));
    for (int a = 0; a < 10; ++a) {
      for (int b = 0; b < 10; ++b) {
        ASSERT_EQ(!read.path(std::to_string(a), std::to_string(b)).empty(), expected.contains({a, b}))
            << a << " " << b << "\n"
            << text;
      }
    }
  }
}

TEST(UnlistedClasses, AreThoseThatTheOrderDoesNotName) {
  const IntendedOrder order(user_file("o.txt", "a < b\n"));
  const ClassGraph graph = graph_of({{"a", "b"}, {"b", "d"}, {"c", "a"}, {"e", "e"}});
  EXPECT_EQ(unlisted_classes(graph, order), (std::vector<std::string>{"c", "d"}));
}

}  // namespace
}  // namespace gordian
