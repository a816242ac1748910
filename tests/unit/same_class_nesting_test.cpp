// SPDX-License-Identifier: Apache-2.0
//
// Cycles of one class, those known by the order of addresses alone, and what an edge rests on.
#include "core/findings/rules/same_class_nesting.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/findings/rules/lock_order_cycle.h"
#include "core/graph/direction_graph.h"
#include "core/symbolize/symbolizer.h"
#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

constexpr StackId kHere{100};

class SameClassNestingTest : public testing::Test {
 protected:
  // Each above the last one.
  LockId lock(const std::string& class_name, StackId created = kHere) {
    const LockId id = build.lock();
    Lock& lock = build.program.locks[id];
    lock.address = 0x1000 * (index(id) + 1);
    lock.name = class_name + "[" + std::to_string(index(id)) + "]";
    lock.class_name = class_name;
    lock.created = created;
    return id;
  }

  void summarise(ChainId chain, uint64_t count) {
    build.program.graph.chain(chain).summary = true;
    build.program.graph.chain(chain).count = count;
  }

  std::vector<Finding> findings_of(const Rule& rule) {
    std::vector<Finding> findings;
    Symbolizer symbolizer(build.program);
    Context context{symbolizer, findings};
    rule.run(build.program, context);
    return findings;
  }
  std::vector<Finding> findings() { return findings_of(rules::same_class_nesting); }

  ProgramBuilder build;
  const LockId low = lock("items");
  const LockId high = lock("items");
  const LockId higher = lock("items");
  const LockId other_class = lock("gates", StackId{101});
  const ThreadId one = build.thread("one", 1);
  const ThreadId two = build.thread("two", 2);
};

TEST_F(SameClassNestingTest, ACycleOfOneClassIsThisRulesAndOneOfSeveralIsNot) {
  build.nest({low, high}, one);
  build.nest({high, low}, two);
  build.nest({low, other_class}, one);
  build.nest({other_class, low}, two);
  const auto found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "same-class-nesting");
  EXPECT_EQ(found[0].severity, Severity::error);
  EXPECT_EQ(found[0].tier, Tier::plausible);
  EXPECT_EQ(found[0].locks[1].class_name, "items");
  const auto others = findings_of(rules::lock_order_cycle);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].rule, "lock-order-cycle");
  EXPECT_NE(others[0].locks[0].class_name, others[0].locks[1].class_name);
}

TEST_F(SameClassNestingTest, AnOrderOfTheInstancesIsSafeWhateverTheirAddresses) {
  build.nest({high, low}, one);
  build.nest({high, higher}, two);
  build.nest({low, higher}, one);
  EXPECT_TRUE(findings().empty());
}

// high -> low was recorded; of the ascents, not all were.
TEST_F(SameClassNestingTest, BothDirectionsAreAWarningWhereNotAllIsKnown) {
  const ChainId ascent = build.nest({low, higher}, one);
  build.nest({high, low}, two);
  EXPECT_TRUE(findings().empty());
  summarise(ascent, 5000);
  const auto found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::warning);
  EXPECT_EQ(found[0].tier, Tier::plausible);
  EXPECT_EQ(found[0].locks[0].name, "items") << "which lock is not known";
  EXPECT_NE(found[0].reason.find("whether the same locks"), std::string::npos);
}

TEST_F(SameClassNestingTest, BothDirectionsAreANoteWhereBothAreFrequent) {
  summarise(build.nest({low, higher}, one), 5000);
  summarise(build.nest({high, low}, two), 5000);
  const auto found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::note);
}

TEST_F(SameClassNestingTest, DirectionsAreJudgedAsCyclesAre) {
  summarise(build.nest({low, higher}, one), 5000);
  build.nest({high, low}, one);
  const auto found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].tier, Tier::single_thread);
  EXPECT_EQ(found[0].severity, Severity::note);
}

TEST_F(SameClassNestingTest, ACycleOfLocksIsShownRatherThanOneOfDirections) {
  summarise(build.nest({low, high}, one), 5000);
  build.nest({high, low}, two);
  const auto found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::error);
  EXPECT_EQ(found[0].locks[0].name, "items[0]");
  EXPECT_EQ(found[0].count, 1U);
}

TEST_F(SameClassNestingTest, DirectionsSayNothingOfAClassThatIsKnownLockByLock) {
  summarise(build.nest({other_class, lock("others", StackId{102})}, one), 5000);
  build.nest({low, higher}, one);
  build.nest({high, low}, two);
  EXPECT_TRUE(findings().empty());
}

TEST_F(SameClassNestingTest, OnlyWaitsInsideAnotherLockOfTheClassHaveADirection) {
  summarise(build.nest({low, high}, one), 5000);
  build.nest({high, low}, {Use{two, 0, 0}}, Mode::try_only);
  build.nest({high, other_class, low}, two);
  build.nest({low, high, low}, two);
  EXPECT_TRUE(direction_graph(build.program).cycles.empty()) << "a trial, no neighbours, a re-entry";
  build.nest({high, low}, two);
  const auto cycles = direction_graph(build.program).cycles;
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles[0].locks, (std::vector<LockId>{low, high}));
}

TEST_F(SameClassNestingTest, AThirdLockOfTheClassMakesNoCycleOfItsOwn) {
  summarise(build.nest({higher, low, high}, one), 5000);
  const auto directions = direction_graph(build.program);
  ASSERT_EQ(directions.cycles.size(), 1U);
  const auto& [a, b] = std::pair(directions.cycles[0].locks[0], directions.cycles[0].locks[1]);
  EXPECT_EQ(directions.graph.evidence(*directions.graph.find(a, b)).size(), 1U);
  EXPECT_EQ(directions.graph.evidence(*directions.graph.find(b, a)).size(), 1U);
}

// ---- what an edge rests on ----

TEST_F(SameClassNestingTest, AnEdgeRestsOnAllLocksOfItsClasses) {
  const LockId other_gate = lock("gates", StackId{101});
  build.nest({other_class, low}, one);
  build.nest({other_gate, high}, two);
  build.nest({other_gate, higher}, two);
  build.nest({other_gate, low}, one);
  build.nest({low, other_class}, two);
  const auto found = findings_of(rules::lock_order_cycle);
  ASSERT_EQ(found.size(), 1U);
  for (const FindingEdge& edge : found[0].edges) {
    const bool usual = found[0].locks[edge.held].class_name == "gates";
    EXPECT_EQ(edge.sites, usual ? 4U : 1U);
    EXPECT_EQ(edge.threads, usual ? 2U : 1U);
    EXPECT_FALSE(edge.more_threads);
  }
  EXPECT_NE(
      found[0].reason.find("the odd one is items[0] then gates[3], at 1 pair of call sites in 1 thread"),
      std::string::npos)
      << found[0].reason;
}

TEST_F(SameClassNestingTest, NoEdgeIsOddWhereOthersRestOnLittleMore) {
  for (int i = 0; i < 3; ++i) build.nest({other_class, low}, one);
  build.nest({low, other_class}, two);
  const auto found = findings_of(rules::lock_order_cycle);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].reason.find("odd"), std::string::npos);
}

}  // namespace
}  // namespace gordian
