// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/two_mutexes.h"

#include <gtest/gtest.h>

#include "tests/unit/rule_test.h"

namespace gordian {
namespace {

using format::EventKind;

class TwoMutexesTest : public RuleTest {
 protected:
  TwoMutexesTest() : RuleTest(rules::two_mutexes) {}
};

TEST_F(TwoMutexesTest, TellsOfBothWaiters) {
  add(EventKind::two_mutexes, lock, one, two);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.message,
            "one (tid 1) waits for a condition with m while two (tid 2) waits for it with another mutex");
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_EQ(finding.moments[0].thread, "one (tid 1)");
  EXPECT_EQ(finding.moments[1].thread, "two (tid 2)");
}

TEST_F(TwoMutexesTest, IsSilentOfOtherEvents) {
  add(EventKind::unlock_by_other, lock, one, two);
  EXPECT_TRUE(run().empty());
}

}  // namespace
}  // namespace gordian
