// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/lock_order_violation.h"

#include <gtest/gtest.h>

#include "tests/unit/rule_test.h"

namespace gordian {
namespace {

class LockOrderViolationTest : public RuleTest {
 protected:
  LockOrderViolationTest() : RuleTest(rules::lock_order_violation) {}

  void intend(const char* order) { build.program.intended_order = IntendedOrder(user_file("o.txt", order)); }

  LockId named(const char* name, const char* class_name) {
    const LockId id = build.lock();
    build.program.locks[id].name = name;
    build.program.locks[id].class_name = class_name;
    return id;
  }
};

TEST_F(LockOrderViolationTest, OneOrderAgainstTheIntendedOneIsEnough) {
  intend("m < n\n");
  build.nest({other, lock}, one);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.tier, Tier::observed);
  EXPECT_EQ(finding.message, "m is taken while n is held, against the intended order.");
  EXPECT_EQ(finding.reason, "o.txt says m < n (line 1)");
  EXPECT_EQ(finding.process, "server (pid 4711)");
  ASSERT_EQ(finding.edges.size(), 1U);
  EXPECT_EQ(finding.locks[finding.edges[0].held].name, "n");
  EXPECT_EQ(finding.locks[finding.edges[0].wanted].name, "m");
  EXPECT_EQ(finding.edges[0].thread, "one (tid 1)");
  EXPECT_EQ(finding.edges[0].held_stack.frames.size(), 1U);
  EXPECT_EQ(finding.edges[0].wanted_stack.frames.size(), 1U);
  EXPECT_EQ(finding.locations.size(), 1U);
}

TEST_F(LockOrderViolationTest, IsSilentOfTheIntendedOrderAndOfWhatHasNone) {
  intend("m < n\nx < y\n");
  const LockId x = named("x", "x");
  build.nest({lock, other}, one);
  build.nest({other, x}, one);
  build.nest({x, lock}, two);
  EXPECT_TRUE(run().empty());
}

TEST_F(LockOrderViolationTest, IsSilentWhereNobodyHasWrittenAnOrder) {
  build.nest({lock, other}, one);
  build.nest({other, lock}, two);
  EXPECT_TRUE(run().empty());
}

TEST_F(LockOrderViolationTest, ATryIsNotAgainstTheOrder) {
  intend("m < n\n");
  build.nest({other, lock}, {Use{one, 0, 0}}, Mode::try_only);
  EXPECT_TRUE(run().empty());
}

TEST_F(LockOrderViolationTest, LocksOfOneClassAreOneCauseAndTheMostFrequentIsShown) {
  intend("m < between < n\n");
  const LockId often = named("m[1]", "m");
  build.nest({other, lock}, one);
  build.program.graph.chain(build.nest({other, often}, two)).count = 5;
  const Finding finding = only_finding();
  EXPECT_EQ(finding.reason, "o.txt says m < between (line 1) and between < n (line 1)");
  EXPECT_EQ(finding.count, 2U);
  EXPECT_EQ(finding.locks[1].name, "m[1]");
  EXPECT_EQ(finding.edges[0].thread, "two (tid 2)");
  EXPECT_EQ(finding.edges[0].count, 6U);
  EXPECT_EQ(finding.edges[0].sites, 2U);
}

TEST_F(LockOrderViolationTest, TwoArcsHaveTwoFingerprints) {
  intend("m < n < x\n");
  const LockId x = named("x", "x");
  build.nest({other, lock}, one);
  build.nest({x, other}, one);
  const std::vector<Finding> findings = run();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_NE(findings[0].fingerprint, findings[1].fingerprint);
}

}  // namespace
}  // namespace gordian
