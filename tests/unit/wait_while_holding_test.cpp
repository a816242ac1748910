// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/wait_while_holding.h"

#include <gtest/gtest.h>

#include "tests/unit/rule_test.h"

namespace gordian {
namespace {

using format::EventKind;
using format::WaitedFor;

class WaitWhileHoldingTest : public RuleTest {
 protected:
  WaitWhileHoldingTest() : RuleTest(rules::wait_while_holding) {}

  void waited(WaitedFor what) {
    Event& event = add(EventKind::wait_while_holding, lock, one);
    event.detail = static_cast<uint16_t>(what);
    event.held_at = stack();
  }
};

TEST_F(WaitWhileHoldingTest, AMutexTakenAgainInsideAnotherIsAWait) {
  build.nest({lock, other}, {Use{one, 0, 0}}, Mode::reacquire);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(finding.tier, Tier::observed);
  EXPECT_EQ(finding.message, "one (tid 1) waits for a condition, which releases n only, while it holds m");
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_EQ(finding.moments[0].thread, "one (tid 1)");
}

TEST_F(WaitWhileHoldingTest, AMutexTakenAgainAloneIsNone) {
  build.nest({lock}, {Use{one, 0, 0}}, Mode::reacquire);
  EXPECT_TRUE(run().empty());
}

TEST_F(WaitWhileHoldingTest, NestingIsNone) {
  build.nest({lock, other}, one);
  EXPECT_TRUE(run().empty());
}

TEST_F(WaitWhileHoldingTest, ASemaphoreHeldIsNone) {
  build.program.locks[lock].kind = LockKind::semaphore;
  build.nest({lock, other}, {Use{one, 0, 0}}, Mode::reacquire);
  EXPECT_TRUE(run().empty());
}

TEST_F(WaitWhileHoldingTest, AMutexAroundASemaphoreIsHeld) {
  const LockId inner = build.lock();
  build.program.locks[other].kind = LockKind::semaphore;
  build.nest({lock, other, inner}, {Use{one, 0, 0}}, Mode::reacquire);
  EXPECT_EQ(only_finding().locks.at(0).name, "m");
}

TEST_F(WaitWhileHoldingTest, JoinsAndBarriersAreToldApart) {
  waited(WaitedFor::thread);
  EXPECT_EQ(only_finding().message, "one (tid 1) waits for the end of a thread while it holds m");
  build.program.events.clear();
  waited(WaitedFor::barrier);
  EXPECT_EQ(only_finding().message, "one (tid 1) waits at a barrier while it holds m");
}

}  // namespace
}  // namespace gordian
