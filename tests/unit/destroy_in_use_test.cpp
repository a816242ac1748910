// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/destroy_in_use.h"

#include <gtest/gtest.h>

#include "tests/unit/rule_test.h"

namespace gordian {
namespace {

using format::DestroyedWhile;
using format::EventKind;

class DestroyInUseTest : public RuleTest {
 protected:
  DestroyInUseTest() : RuleTest(rules::destroy_in_use) {}

  Event& destroyed(DestroyedWhile how, LockId what, ThreadId holder = kNoThread) {
    Event& event = add(EventKind::destroy_in_use, what, one, holder);
    event.detail = static_cast<uint16_t>(how);
    return event;
  }
};

TEST_F(DestroyInUseTest, TellsWhoHeldTheLock) {
  destroyed(DestroyedWhile::held, lock, two);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.message, "m is destroyed while two (tid 2) holds it");
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_EQ(finding.moments[0].thread, "one (tid 1)");
  EXPECT_EQ(finding.moments[1].thread, "two (tid 2)");
}

TEST_F(DestroyInUseTest, TellsOfAHolderThatDestroysItself) {
  destroyed(DestroyedWhile::held_and_refused, lock).held_at = stack();
  const Finding finding = only_finding();
  EXPECT_EQ(finding.message, "m is destroyed while the same thread holds it");
  EXPECT_NE(finding.reason.find("EBUSY"), std::string::npos);
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_EQ(finding.moments[1].thread, "one (tid 1)");
}

TEST_F(DestroyInUseTest, TellsOfWaiters) {
  destroyed(DestroyedWhile::awaited, lock);
  EXPECT_EQ(only_finding().message, "m is destroyed while a thread waits for it");
  EXPECT_EQ(only_finding().moments.size(), 1U);
}

TEST_F(DestroyInUseTest, TellsOfWhatIsNoLock) {
  Event& event = destroyed(DestroyedWhile::condition_awaited, kNoLock);
  EXPECT_EQ(only_finding().message, "a condition variable is destroyed while a thread waits for it");
  event.detail = static_cast<uint16_t>(DestroyedWhile::barrier_awaited);
  EXPECT_EQ(only_finding().message, "a barrier is destroyed while threads wait at it");
}

TEST_F(DestroyInUseTest, TellsOfFreedMemory) {
  add(EventKind::freed_while_held, lock, one).held_at = stack();
  const Finding finding = only_finding();
  EXPECT_EQ(finding.message, "m is freed, or overwritten, while one (tid 1) holds it");
  EXPECT_EQ(finding.moments.size(), 2U);
}

TEST_F(DestroyInUseTest, IsSilentOfOtherEvents) {
  add(EventKind::unlock_unheld, lock, one);
  EXPECT_TRUE(run().empty());
}

}  // namespace
}  // namespace gordian
