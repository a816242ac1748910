// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/missing_unlock.h"

#include <gtest/gtest.h>

#include "tests/unit/rule_test.h"

namespace gordian {
namespace {

using format::EventKind;

class MissingUnlockTest : public RuleTest {
 protected:
  MissingUnlockTest() : RuleTest(rules::missing_unlock) {}

  void kept(EventKind kind, LockId what, ThreadId thread) {
    Event& event = add(kind, what, thread);
    event.held_at = event.where;
    event.where = kNoStack;
  }
};

TEST_F(MissingUnlockTest, AThreadThatEndsIsAnError) {
  kept(EventKind::kept_at_thread_end, lock, one);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.message, "m is still held by one (tid 1), which has ended");
  ASSERT_EQ(finding.moments.size(), 1U);
  EXPECT_EQ(finding.moments[0].thread, "one (tid 1)");
}

TEST_F(MissingUnlockTest, AProcessThatEndsIsANote) {
  kept(EventKind::kept_at_exit, lock, one);
  EXPECT_EQ(only_finding().severity, Severity::note);
  EXPECT_EQ(only_finding().rule, "missing-unlock");
}

TEST_F(MissingUnlockTest, ManyThreadsAreOneFinding) {
  kept(EventKind::kept_at_thread_end, lock, one);
  kept(EventKind::kept_at_thread_end, lock, two);
  EXPECT_EQ(only_finding().count, 2U);
}

TEST_F(MissingUnlockTest, IsSilentOfOtherEvents) {
  add(EventKind::unlock_unheld, lock, one);
  EXPECT_TRUE(run().empty());
}

}  // namespace
}  // namespace gordian
