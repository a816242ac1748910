// SPDX-License-Identifier: Apache-2.0
#include "core/graph/lock_graph.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace gordian {
namespace {

class LockGraphTest : public testing::Test {
 protected:
  LockGraphTest() {
    for (int i = 0; i < 4; ++i) graph.add_lock();
  }

  ChainId take(LockId lock, ChainId outer = kNoChain, Mode mode = Mode::blocking, uint64_t count = 1) {
    Chain chain;
    chain.outer = outer;
    chain.wanted = {lock, kNoStack, mode};
    chain.count = count;
    return graph.add_chain(std::move(chain));
  }

  bool has(LockId held, LockId wanted) const { return graph.find(held, wanted).has_value(); }

  const LockId a{0};
  const LockId b{1};
  const LockId c{2};
  const LockId d{3};
  LockGraph graph;
};

TEST_F(LockGraphTest, EveryHeldLockPointsToTheWantedOne) {
  take(c, take(b, take(a)));
  EXPECT_EQ(graph.edge_count(), 3U);
  EXPECT_TRUE(has(a, b));
  EXPECT_TRUE(has(a, c));
  EXPECT_TRUE(has(b, c));
  EXPECT_FALSE(has(b, a));
}

TEST_F(LockGraphTest, ATrylockHasNoEdgeIntoItAndStartsEdgesOnceHeld) {
  take(c, take(b, take(a), Mode::try_only));
  EXPECT_FALSE(has(a, b));
  EXPECT_TRUE(has(b, c));
}

TEST_F(LockGraphTest, TimedAndReacquiringAcquisitionsWait) {
  take(b, take(a), Mode::timed);
  take(c, take(a), Mode::reacquire);
  EXPECT_TRUE(has(a, b));
  EXPECT_TRUE(has(a, c));
}

TEST_F(LockGraphTest, ReentryAddsNoEdge) {
  take(a, take(b, take(a)));
  EXPECT_EQ(graph.edge_count(), 1U);
  EXPECT_TRUE(has(a, b));
}

TEST_F(LockGraphTest, AReenteredLockIsHeldByItsOutermostAcquisition) {
  const ChainId outermost = take(a);
  const ChainId wanted = take(b, take(a, outermost));
  const std::span<const Evidence> evidence = graph.evidence(graph.find(a, b).value());
  ASSERT_EQ(evidence.size(), 1U);
  EXPECT_EQ(evidence[0].held, outermost);
  EXPECT_EQ(evidence[0].wanted, wanted);
}

TEST_F(LockGraphTest, AnEdgeGathersTheEvidenceAndCountsOfAllItsChains) {
  const ChainId first_held = take(a);
  const ChainId first = take(b, first_held, Mode::blocking, 3);
  const ChainId second_held = take(a, take(c));
  const ChainId second = take(b, second_held, Mode::blocking, 4);

  const LockGraph::Edge edge = graph.find(a, b).value();
  EXPECT_EQ(graph.held(edge), a);
  EXPECT_EQ(graph.wanted(edge), b);
  EXPECT_EQ(graph.count(edge), 7U);
  const std::span<const Evidence> evidence = graph.evidence(edge);
  ASSERT_EQ(evidence.size(), 2U);
  EXPECT_EQ(evidence[0].held, first_held);
  EXPECT_EQ(evidence[0].wanted, first);
  EXPECT_EQ(evidence[1].held, second_held);
  EXPECT_EQ(evidence[1].wanted, second);
}

// Nobody holds a signal, and whoever waits for one waits for no lock's holder.
TEST_F(LockGraphTest, ASignalHasNoEdges) {
  const LockId signal = graph.add_lock(LockGraph::Vertex::signal);
  EXPECT_EQ(graph.vertex(signal), LockGraph::Vertex::signal);
  EXPECT_EQ(graph.vertex(a), LockGraph::Vertex::lock);
  take(b, take(signal, take(a)));
  EXPECT_EQ(graph.edge_count(), 1U);
  EXPECT_TRUE(has(a, b));
  EXPECT_FALSE(has(a, signal));
  EXPECT_FALSE(has(signal, b));
  take(signal, take(b), Mode::timed);
  EXPECT_EQ(graph.edge_count(), 1U);
}

TEST_F(LockGraphTest, EdgesAreFoundAndExtendedAfterAMove) {
  take(b, take(a));
  take(c, take(a));
  LockGraph moved(std::move(graph));
  graph = std::move(moved);
  take(b, take(a));
  EXPECT_EQ(graph.edge_count(), 2U);
  EXPECT_EQ(graph.count(graph.find(a, b).value()), 2U);
  EXPECT_EQ(graph.count(graph.find(a, c).value()), 1U);
  EXPECT_EQ(graph.wanted(graph.find(a, c).value()), c);
}

}  // namespace
}  // namespace gordian
