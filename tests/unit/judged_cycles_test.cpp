// SPDX-License-Identifier: Apache-2.0
//
// judged_cycles() on the cases it is for, and against judging every simple cycle there is.
#include "core/findings/judged_cycles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

bool is_plausible(const Verdict& verdict) {
  return verdict.blocks && verdict.tier == Tier::plausible;
}

// Of length three, each edge on a shorter one too.
class JudgedCyclesTest : public testing::Test {
 protected:
  JudgedCycles judge_all(CycleBudget budget = {}) {
    return judged_cycles(build.program.graph, Ordering(build.program), nullptr, budget);
  }

  static std::vector<std::vector<LockId>> plausible(const JudgedCycles& judged) {
    std::vector<std::vector<LockId>> cycles;
    for (const auto& [cycle, verdict] : judged.cycles) {
      if (is_plausible(verdict)) cycles.push_back(cycle.locks);
    }
    return cycles;
  }

  // a to b to c to a, by a thread each.
  void go_round() {
    build.nest({gate1, a, b}, t1);
    build.nest({gate2, b, c}, t2);
    build.nest({gate3, c, a}, t3);
  }

  ProgramBuilder build;
  const LockId a = build.lock();
  const LockId b = build.lock();
  const LockId c = build.lock();
  const LockId gate1 = build.lock();
  const LockId gate2 = build.lock();
  const LockId gate3 = build.lock();
  const ThreadId t1 = build.thread("one", 1);
  const ThreadId t2 = build.thread("two", 2);
  const ThreadId t3 = build.thread("three", 3);
  const ThreadId t4 = build.thread("four", 4);
};

TEST_F(JudgedCyclesTest, ALongWayRoundGatedShortCutsIsFound) {
  go_round();
  build.nest({gate1, b, a}, t4);
  build.nest({gate2, c, b}, t4);
  build.nest({gate3, a, c}, t4);
  const JudgedCycles judged = judge_all();
  EXPECT_EQ(judged.cycles.size(), 4U);
  EXPECT_EQ(plausible(judged), (std::vector<std::vector<LockId>>{{a, b, c}}));
  EXPECT_EQ(judged.given_up, 0U);
}

TEST_F(JudgedCyclesTest, ALongWayRoundShortCutsOfOneThreadIsFound) {
  go_round();
  build.nest({b, a}, t1);
  build.nest({c, b}, t2);
  build.nest({a, c}, t3);
  EXPECT_EQ(plausible(judge_all()), (std::vector<std::vector<LockId>>{{a, b, c}, {a, c, b}}));
}

TEST_F(JudgedCyclesTest, NothingIsMadeUpWhereTheLongWayIsGatedToo) {
  build.nest({gate1, a, b}, t1);
  build.nest({gate1, b, c}, t2);
  build.nest({gate1, c, a}, t3);
  build.nest({gate1, b, a}, t4);
  build.nest({gate1, c, b}, t4);
  build.nest({gate1, a, c}, t4);
  const JudgedCycles judged = judge_all();
  EXPECT_TRUE(plausible(judged).empty());
  EXPECT_EQ(judged.given_up, 0U);
}

TEST_F(JudgedCyclesTest, WhatIsGivenUpIsCounted) {
  go_round();
  build.nest({gate1, b, a}, t4);
  build.nest({gate2, c, b}, t4);
  build.nest({gate3, a, c}, t4);
  const JudgedCycles judged = judge_all({.steps = 3});
  EXPECT_EQ(judged.cycles.size(), 3U);
  EXPECT_EQ(judged.given_up, 6U);
}

// ---- against every simple cycle
// ------------------------------------------------------------------------------

// All simple cycles, each starting at its smallest lock.
class AllCycles {
 public:
  explicit AllCycles(const LockGraph& graph) : graph_(graph) {
    for (size_t lock = 0; lock < graph.lock_count(); ++lock) walk({static_cast<LockId>(lock)});
  }

  std::vector<Cycle> cycles;

 private:
  void walk(std::vector<LockId> path) {
    if (graph_.find(path.back(), path.front())) cycles.push_back({path});
    for (size_t next = index(path.front()) + 1; next < graph_.lock_count(); ++next) {
      const auto lock = static_cast<LockId>(next);
      if (!graph_.find(path.back(), lock) || std::ranges::find(path, lock) != path.end()) continue;
      path.push_back(lock);
      walk(path);
      path.pop_back();
    }
  }

  const LockGraph& graph_;
};

using Edge = std::pair<LockId, LockId>;

void add_edges(const Cycle& cycle, std::set<Edge>& edges) {
  for (size_t i = 0; i < cycle.locks.size(); ++i) {
    edges.emplace(cycle.locks[i], cycle.locks[(i + 1) % cycle.locks.size()]);
  }
}

// Mostly pairs, each under a gate of its own, which other pairs share, so that short cycles are gated more
// often than long ones. Of the first lock, readers queue.
ProgramBuilder random_program(std::mt19937& random) {
  const auto below = [&](uint32_t bound) {
    return std::uniform_int_distribution<uint32_t>(0, bound - 1)(random);
  };
  ProgramBuilder build;
  const auto add_locks = [&](uint32_t count) {
    std::vector<LockId> locks(count);
    for (LockId& lock : locks) lock = build.lock();
    return locks;
  };
  const LockId queue = build.lock(LockGraph::Readers::queue);
  const std::vector<LockId> gates = add_locks(3);
  std::vector<LockId> locks = add_locks(2 + below(3));
  locks.push_back(queue);
  std::vector<ThreadId> threads;
  const uint32_t thread_count = 3 + below(3);
  for (uint32_t i = 0; i < thread_count; ++i) {
    threads.push_back(build.create(ThreadId{0}, i));
    if (below(6) == 0) build.join(ThreadId{0}, threads.back(), i + 1);
  }
  const uint32_t nestings = 6 + below(9);
  for (uint32_t i = 0; i < nestings; ++i) {
    std::ranges::shuffle(locks, random);
    std::vector<ProgramBuilder::Taken> taken;
    if (below(8) != 0) taken.push_back({gates[(index(locks[0]) + index(locks[1])) % gates.size()]});
    const uint32_t depth = below(6) == 0 ? 1 : 2 + below(4) / 3;
    for (uint32_t at = 0; at < depth; ++at) taken.push_back({locks[at], below(3) == 0});
    build.take(taken, {Use{threads[below(thread_count)], 0, 0}});
  }
  return build;
}

TEST(JudgedCyclesModelTest, NoPlausibleCycleIsLost) {
  std::mt19937 random(5);
  size_t beyond_shortest = 0;
  size_t rounds_with_plausible = 0;
  for (int round = 0; round < 4000; ++round) {
    const ProgramBuilder build = random_program(random);
    const LockGraph& graph = build.program.graph;
    const Ordering ordering(build.program);

    std::set<Edge> could_close;
    for (const Cycle& cycle : AllCycles(graph).cycles) {
      if (is_plausible(judge(cycle, graph, ordering))) add_edges(cycle, could_close);
    }
    const JudgedCycles judged = judged_cycles(graph, ordering);
    ASSERT_EQ(judged.given_up, 0U);
    std::set<Edge> reported;
    std::set<std::vector<LockId>> distinct;
    for (const auto& [cycle, verdict] : judged.cycles) {
      ASSERT_TRUE(distinct.insert(cycle.locks).second);
      ASSERT_EQ(std::ranges::min(cycle.locks), cycle.locks.front());
      if (is_plausible(verdict)) add_edges(cycle, reported);
    }
    ASSERT_EQ(reported, could_close) << "round " << round;
    rounds_with_plausible += could_close.empty() ? 0U : 1U;
    beyond_shortest += judged.cycles.size() - find_cycles(graph).size();
  }
  EXPECT_GT(rounds_with_plausible, 1000U);
  EXPECT_GT(beyond_shortest, 50U);
}

}  // namespace
}  // namespace gordian
