// SPDX-License-Identifier: Apache-2.0
#include "core/findings/rules/stuck_holder.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/moment_rule_test.h"

namespace gordian {
namespace {

using format::WaitKind;

// `one` has held m for long, and `two` has waited for it for ten seconds.
class StuckHolderTest : public MomentRuleTest {
 protected:
  StuckHolderTest() : MomentRuleTest(rules::stuck_holder) {
    build.everybody_is_known();
    build.program.stuck_ns = 5'000'000'000;
    build.holds(one, m).taken = in("put");
    build.wants(two, m).stack = in("get");
    build.program.states[one].activity = "is in read() on pipe:[4711]";
    build.program.states[one].activity_stack = in("fill");
  }

  Wait& wait_of(size_t state) { return build.program.states[state].wait; }
};

TEST_F(StuckHolderTest, IsToldWithWhatItDoes) {
  const Finding finding = only_finding();
  EXPECT_EQ(finding.rule, "stuck-holder");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.tier, Tier::observed);
  EXPECT_EQ(finding.process, "server (pid 4711)");
  EXPECT_EQ(finding.message,
            "one (tid 1) holds m, for which a thread has waited for 10.0 s; it is in read() on pipe:[4711].");
  EXPECT_EQ(finding.reason, "nobody else keeps two (tid 2) from going on, and it is in no deadlock");
  ASSERT_EQ(finding.moments.size(), 3U);
  EXPECT_EQ(finding.moments[0].title, "one (tid 1) holds m");
  EXPECT_EQ(finding.moments[1].title, "one (tid 1) is in read() on pipe:[4711] now");
  EXPECT_EQ(finding.moments[2].title, "two (tid 2) waits for m, for 10.0 s");
  ASSERT_EQ(finding.locations.size(), 3U);
  EXPECT_EQ(finding.locations[0].function, "put");
}

TEST_F(StuckHolderTest, IsNoneBeforeItsTime) {
  wait_of(two).since_ns += 5'000'000'001;
  EXPECT_TRUE(run().empty());
  wait_of(two).since_ns -= 1;
  EXPECT_EQ(run().size(), 1U);
  build.program.stuck_ns = 0;
  EXPECT_TRUE(run().empty());
}

TEST_F(StuckHolderTest, IsNoneInAKilledProcess) {
  build.program.processes[ProcessId{0}].now_ns = 0;
  EXPECT_TRUE(run().empty());
}

TEST_F(StuckHolderTest, SeveralThreadsWaitTheLongestFirst) {
  build.wants(three, m).since_ns -= 1'000'000'000;
  const Finding finding = only_finding();
  EXPECT_EQ(
      finding.message,
      "one (tid 1) holds m, for which 2 threads have waited for 11.0 s; it is in read() on pipe:[4711].");
  ASSERT_EQ(finding.moments.size(), 4U);
  EXPECT_EQ(finding.moments[2].title, "three (tid 3) waits for m, for 11.0 s");
}

TEST_F(StuckHolderTest, IsTheLastOfAChain) {
  build.holds(two, n);
  build.wants(three, n).since_ns -= 1'000'000'000;
  const Finding finding = only_finding();
  EXPECT_EQ(finding.locks.at(0).name, "m");
  EXPECT_EQ(finding.moments.at(2).title, "two (tid 2) waits for m, for 10.0 s");
  EXPECT_EQ(finding.moments.at(3).title, "three (tid 3) waits for n, for 11.0 s");
}

TEST_F(StuckHolderTest, ThatWaitsForNoLockIsToldWithItsWait) {
  build.waits(one, WaitKind::condition);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.message,
            "one (tid 1) holds m, for which a thread has waited for 10.0 s; it waits for a condition.");
  EXPECT_EQ(finding.moments.at(1).title, "one (tid 1) waits for a condition, for 10.0 s");
}

TEST_F(StuckHolderTest, OfWhomNothingIsKnownRuns) {
  build.program.states[one].activity.clear();
  EXPECT_TRUE(only_finding().message.ends_with("; it is running."));
}

TEST_F(StuckHolderTest, ADeadlockIsNone) {
  build.joins(one, two);
  EXPECT_TRUE(run().empty());
}

TEST_F(StuckHolderTest, AThreadThatEndedIsNotTheOneWhoKeepsAPool) {
  build.program.locks[m].kind = LockKind::semaphore;
  build.program.locks[m].permits = 2;
  build.program.states[one].ended = true;
  EXPECT_TRUE(run().empty());
  build.holds(three, m);
  EXPECT_TRUE(only_finding().message.starts_with("three (tid 3) holds m"));
}

// ---- fingerprints

TEST_F(StuckHolderTest, TheSameCauseHasTheSameFingerprint) {
  const std::string first = only_finding().fingerprint;
  for (Thread& thread : build.program.threads) thread.tid += 1000;
  build.program.states[one].activity = "is in read() on pipe:[99]";
  wait_of(three) = wait_of(two);
  wait_of(two) = {};
  EXPECT_EQ(only_finding().fingerprint, first);
}

TEST_F(StuckHolderTest, AnotherCauseHasAnother) {
  const std::string first = only_finding().fingerprint;
  build.program.states[one].held.front().taken = in("put_all");
  EXPECT_NE(only_finding().fingerprint, first);
  build.program.states[one].held.front().taken = in("put");
  build.program.locks[m].class_name = "other";
  EXPECT_NE(only_finding().fingerprint, first);
}

}  // namespace
}  // namespace gordian
