// SPDX-License-Identifier: Apache-2.0
//
// The shapes of bench/big_trace.cpp, small enough to be compared with models that only count.
#include "tests/unit/big_run.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/findings/analysis.h"
#include "core/findings/edge_support.h"
#include "core/findings/judged_cycles.h"
#include "core/graph/cycles.h"
#include "core/graph/ordering.h"
#include "core/ingest/ingest.h"
#include "core/merge/merged_report.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {
namespace {

Program program_of(BigShape shape, BigRun::Size size) {
  BigRun run(shape, size, [](uint32_t site) { return 0x1000 + uint64_t{site} * 0x100; });
  Program program;
  ingest(run.trace().reader(), program);
  return program;
}

using Order = std::pair<LockId, LockId>;  // held, wanted

// The evidence of each edge, by looking at every chain of two.
std::map<Order, std::set<std::pair<ChainId, ChainId>>> evidence_model(const LockGraph& graph) {
  std::map<Order, std::set<std::pair<ChainId, ChainId>>> edges;
  for (size_t i = 0; i < graph.chains().size(); ++i) {
    const auto id = static_cast<ChainId>(i);
    const Chain& chain = graph.chain(id);
    if (chain.outer == kNoChain) continue;
    edges[{graph.chain(chain.outer).wanted.lock, chain.wanted.lock}].emplace(chain.outer, id);
  }
  return edges;
}

class BigShapeTest : public testing::TestWithParam<BigShape> {};

TEST_P(BigShapeTest, HasTheEdgesAndEvidenceOfItsChains) {
  const Program program = program_of(GetParam(), {2000, 15'000, 5});
  const LockGraph& graph = program.graph;
  const auto model = evidence_model(graph);
  EXPECT_GT(model.size(), 14'000U);
  EXPECT_EQ(graph.edge_count(), model.size());
  for (const auto& [order, pieces] : model) {
    const auto edge = graph.find(order.first, order.second);
    ASSERT_TRUE(edge);
    EXPECT_EQ(Order(graph.held(*edge), graph.wanted(*edge)), order);
    std::set<std::pair<ChainId, ChainId>> found;
    for (const Evidence& evidence : graph.evidence(*edge)) found.emplace(evidence.held, evidence.wanted);
    EXPECT_EQ(found, pieces);
    EXPECT_EQ(graph.evidence(*edge).size(), pieces.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, BigShapeTest,
                         testing::Values(BigShape::layers, BigShape::tangle, BigShape::pairs, BigShape::hub));

TEST(BigRunTest, EveryInversionAmongManyLocksIsOnAPlausibleCycle) {
  constexpr uint32_t kInversions = 8;
  const Program program = program_of(BigShape::layers, {2000, 15'000, kInversions});
  const LockGraph& graph = program.graph;
  std::set<Order> inverted;  // a lock is of a later class, and so was made later
  for (const auto& [order, evidence] : evidence_model(graph)) {
    const auto class_of = [](LockId lock) { return index(lock) % BigRun::kClasses; };
    if (class_of(order.first) > class_of(order.second)) inverted.insert(order);
  }
  ASSERT_EQ(inverted.size(), kInversions);
  const JudgedCycles judged = judged_cycles(graph, Ordering(program));
  EXPECT_EQ(judged.given_up, 0U);
  for (const auto& [cycle, verdict] : judged.cycles) {
    if (verdict.tier != Tier::plausible) continue;
    for (size_t i = 0; i < cycle.locks.size(); ++i)
      inverted.erase({cycle.locks[i], cycle.locks[(i + 1) % cycle.locks.size()]});
  }
  EXPECT_TRUE(inverted.empty());
}

// Whether `to` is reached from `from`, by looking everywhere.
bool leads_to(const LockGraph& graph, LockId from, LockId to) {
  std::set<LockId> seen{from};
  std::vector<LockId> next{from};
  while (!next.empty()) {
    const LockId lock = next.back();
    next.pop_back();
    if (lock == to) return true;
    const auto edges = boost::out_edges(static_cast<uint32_t>(lock), graph.boost_graph());
    for (const auto edge : boost::make_iterator_range(edges)) {
      if (seen.insert(graph.wanted(edge)).second) next.push_back(graph.wanted(edge));
    }
  }
  return false;
}

using Places = std::pair<StackId, StackId>;  // where one is held, and the other wanted

Places places(const LockGraph& graph, const Evidence& evidence) {
  return {graph.chain(evidence.held).wanted.stack, graph.chain(evidence.wanted).wanted.stack};
}

TEST(BigRunTest, APairOfPlacesOnACycleIsOnAReportedOneWhateverTheBudget) {
  for (const BigShape shape : {BigShape::tangle, BigShape::pairs}) {
    const Program program = program_of(shape, {200, 300});
    const LockGraph& graph = program.graph;
    std::set<Places> on_a_cycle;
    for (const auto& [order, pieces] : evidence_model(graph)) {
      if (!leads_to(graph, order.second, order.first)) continue;
      for (const auto& [held, wanted] : pieces) on_a_cycle.insert(places(graph, {held, wanted}));
    }
    ASSERT_GT(on_a_cycle.size(), 50U);
    ASSERT_LT(on_a_cycle.size(), edges_on_cycles(graph).size()) << "no place is on two edges";
    for (const uint64_t budget : {0U, 1U, 5 * static_cast<unsigned>(kCycleCost)}) {
      std::set<Places> reported;
      for (const Cycle& cycle : find_cycles(graph, budget)) {
        for (size_t i = 0; i < cycle.locks.size(); ++i) {
          const auto edge = graph.find(cycle.locks[i], cycle.locks[(i + 1) % cycle.locks.size()]);
          ASSERT_TRUE(edge);
          for (const Evidence& evidence : graph.evidence(*edge)) reported.insert(places(graph, evidence));
        }
      }
      EXPECT_EQ(reported, on_a_cycle);
    }
  }
}

TEST(BigRunTest, TheBudgetBoundsHowManyCyclesAreFoundInATangle) {
  const Program program = program_of(BigShape::pairs, {1000, 20'000});
  constexpr uint64_t kCycles = 100;
  constexpr size_t kPairsOfPlaces = size_t{BigRun::kClasses / 10} * (BigRun::kClasses / 10);
  constexpr size_t kOfOneLock = 60;  // the last lock may have been searched in full
  const size_t found = find_cycles(program.graph, kCycles * kCycleCost).size();
  EXPECT_GT(found, 50U);
  EXPECT_LT(found, kCycles + kPairsOfPlaces + kOfOneLock) << "there are 10,000 pairs";
}

TEST(BigRunTest, ItIsToldWhetherTheBudgetWasEnough) {
  const Program program = program_of(BigShape::pairs, {200, 300});
  bool all = false;
  const size_t found = find_cycles(program.graph, kSearchBudget, &all).size();
  EXPECT_TRUE(all);
  EXPECT_LT(find_cycles(program.graph, 5 * kCycleCost, &all).size(), found);
  EXPECT_FALSE(all);
}

TEST(BigRunTest, AFindingCountsAtLeastSoManyIfTheBudgetWasNotEnough) {
  const auto finding_of = [](uint32_t edges) {
    Program program = program_of(BigShape::pairs, {20'000, edges});
    Symbolizer symbolizer(program);
    const Report report = analyse(program, symbolizer);
    return report.findings.at(0);
  };
  EXPECT_FALSE(finding_of(1'000).more_instances);
  EXPECT_TRUE(finding_of(static_cast<uint32_t>(2 * kSearchBudget / kCycleCost)).more_instances);
}

TEST(BigRunTest, AFindingOfManyRunsCountsAtLeastSoManyIfThatOfOneDoes) {
  SymbolFiles files;
  MergedReport merged;
  for (const uint32_t edges : {1'000U, static_cast<uint32_t>(2 * kSearchBudget / kCycleCost)}) {
    // All locks of one class, taken at one place: what lies across runs is soon searched.
    BigRun run(BigShape::pairs, {20'000, edges}, [](uint32_t) { return uint64_t{0x1000}; });
    Program program;
    ingest(run.trace().reader(), program);
    merged.add(program, files);
  }
  EXPECT_TRUE(merged.report(files).findings.at(0).more_instances);
}

// Locks enough for several threads to look at.
TEST(BigRunTest, WhatAnEdgeRestsOnIsThatOfAllEdgesOfItsClasses) {
  constexpr size_t kFew = 7;
  Program program = program_of(BigShape::pairs, {60'000, 90'000});
  Table<LockId, size_t> classes;
  for (Lock& lock : program.locks) {
    classes.add(classes.size() % kFew);
    lock.class_name = std::to_string(*std::prev(classes.end()));
  }
  const LockGraph& graph = program.graph;
  // Which threads there are is not the same everywhere.
  for (size_t i = 0; i < graph.chains().size(); ++i) {
    Chain& chain = program.graph.chain(static_cast<ChainId>(i));
    if (chain.outer == kNoChain) continue;
    const size_t held = index(graph.chain(chain.outer).wanted.lock);
    chain.uses.front().thread = static_cast<ThreadId>(held * BigRun::kThreads / graph.lock_count());
  }
  using Relation = std::tuple<size_t, size_t, bool>;
  const auto relation = [&](LockId held, LockId wanted) {
    const size_t of_held = classes[held];
    return Relation(of_held, classes[wanted], of_held == classes[wanted] && held < wanted);
  };
  std::map<Relation, EdgeSupport> model;
  std::map<Relation, LockGraph::Edge> asked_for;
  for (const auto& [order, pieces] : evidence_model(graph)) {
    const Relation key = relation(order.first, order.second);
    for (const auto& [held, wanted] : pieces) {
      model[key].sites.insert(places(graph, {held, wanted}));
      for (const Use& use : graph.chain(wanted).uses) model[key].threads.insert(use.thread);
    }
    if (classes[order.first] != 1) asked_for.try_emplace(key, *graph.find(order.first, order.second));
  }
  std::vector<LockGraph::Edge> edges;
  for (const auto& [key, edge] : asked_for) edges.push_back(edge);
  const EdgeSupports supports(program, graph, edges);
  ASSERT_EQ(asked_for.size(), (kFew - 1) * (kFew + 1)) << "one with itself is two";
  for (const auto& [key, edge] : asked_for) {
    EXPECT_EQ(supports.of(edge).sites, model[key].sites);
    EXPECT_EQ(supports.of(edge).threads, model[key].threads);
  }
}

// What a program of ten million edges takes follows from it.
TEST(BigRunTest, AnEdgeTakesLessThan180Bytes) {
  constexpr uint32_t kEdges = 200'000;
  BigRun run(BigShape::layers, {20'000, kEdges},
             [](uint32_t site) { return 0x1000 + uint64_t{site} * 0x100; });
  const TraceReader trace = run.trace().reader();
  const auto allocated = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
  const size_t before = allocated();
  Program program;
  ingest(trace, program);
  ASSERT_EQ(program.graph.edge_count(), kEdges);
  const size_t after = allocated();
  if (after == before) GTEST_SKIP() << "another allocator, that does not count";
  EXPECT_LT((after - before) / kEdges, 180U);
}

}  // namespace
}  // namespace gordian
