// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/bad_unlock.h"

#include <gtest/gtest.h>

#include "tests/unit/rule_test.h"

namespace gordian {
namespace {

using format::EventKind;

class BadUnlockTest : public RuleTest {
 protected:
  BadUnlockTest() : RuleTest(rules::bad_unlock) {}
};

TEST_F(BadUnlockTest, TellsWhoUnlockedAndWhoHadTaken) {
  add(EventKind::unlock_by_other, lock, one, two);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.tier, Tier::observed);
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.message, "m is unlocked by one (tid 1) though two (tid 2) holds it");
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_EQ(finding.moments[0].thread, "one (tid 1)");
  EXPECT_EQ(finding.moments[1].thread, "two (tid 2)");
}

TEST_F(BadUnlockTest, SaysWhetherTheCallWasRefused) {
  Event& event = add(EventKind::unlock_unheld, lock, one);
  EXPECT_NE(only_finding().reason.find("succeeded"), std::string::npos);
  event.detail = 1;
  EXPECT_NE(only_finding().reason.find("answered an error"), std::string::npos);
}

TEST_F(BadUnlockTest, CountsOneCauseOnceAndTellsLocksApart) {
  add(EventKind::unlock_unheld, lock, one).count = 3;
  add(EventKind::unlock_unheld, lock, two).count = 4;
  EXPECT_EQ(only_finding().count, 7U);
  add(EventKind::unlock_unheld, other, one);
  ASSERT_EQ(run().size(), 2U);
  EXPECT_NE(run()[0].fingerprint, run()[1].fingerprint);
}

TEST_F(BadUnlockTest, IsSilentOfOtherEvents) {
  add(EventKind::destroy_in_use, lock, one);
  EXPECT_TRUE(run().empty());
}

}  // namespace
}  // namespace gordian
