// SPDX-License-Identifier: Apache-2.0
//
// The rules of deadlocks that have happened: of several threads, and of one with itself.
#include "core/findings/rules/deadlock.h"

#include <gtest/gtest.h>

#include <string>

#include "core/findings/rules/self_deadlock.h"
#include "tests/unit/moment_rule_test.h"

namespace gordian {
namespace {

using format::WaitKind;

class DeadlockTest : public MomentRuleTest {
 protected:
  DeadlockTest() : MomentRuleTest(rules::deadlock) {}

  // `first` and `second` hold a lock each and want the other's.
  void opposite_orders(size_t first, size_t second) {
    build.holds(first, m).taken = in("put");
    build.wants(first, n).stack = in("put_all");
    build.holds(second, n).taken = in("get");
    build.wants(second, m).stack = in("get_all");
  }
};

TEST_F(DeadlockTest, ACycleOfLocks) {
  opposite_orders(one, two);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.rule, "deadlock");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.tier, Tier::actual);
  EXPECT_EQ(finding.process, "server (pid 4711)");
  EXPECT_EQ(
      finding.message,
      "one (tid 1) waits for n, which two (tid 2) holds, and two (tid 2) waits for m, which one (tid 1) "
      "holds.");
  EXPECT_EQ(finding.reason, "when the process was killed, each of these threads waited for the next");
  ASSERT_EQ(finding.edges.size(), 2U);
  EXPECT_EQ(finding.locks.at(finding.edges[0].held).name, "m");
  EXPECT_EQ(finding.locks.at(finding.edges[0].wanted).name, "n");
  EXPECT_EQ(finding.edges[0].thread, "one (tid 1)");
  EXPECT_EQ(finding.edges[0].mode, "blocking");
  EXPECT_EQ(finding.edges[0].held_stack.frames.at(0).function, "put");
  EXPECT_EQ(finding.edges[1].wanted_stack.frames.at(0).function, "get_all");
  ASSERT_EQ(finding.locations.size(), 2U);
  EXPECT_EQ(finding.locations[0].function, "put_all");
  EXPECT_TRUE(finding.moments.empty());
}

TEST_F(DeadlockTest, OfAProcessThatRuns) {
  opposite_orders(one, two);
  build.everybody_is_known();
  EXPECT_EQ(only_finding().reason, "each of these threads waits for the next, and none of the waits can end");
}

TEST_F(DeadlockTest, ThreadsBehindItAreToldOf) {
  opposite_orders(one, two);
  build.wants(three, m).stack = in("look");
  const Finding finding = only_finding();
  ASSERT_EQ(finding.moments.size(), 1U);
  EXPECT_EQ(finding.moments[0].title, "three (tid 3) waits for m");
  EXPECT_EQ(finding.locations.size(), 3U);
}

TEST_F(DeadlockTest, ACycleWithAJoinIsToldInMoments) {
  build.holds(one, m).taken = in("stop");
  build.joins(one, two);
  build.wants(two, m).stack = in("work");
  const Finding finding = only_finding();
  EXPECT_EQ(finding.message,
            "one (tid 1) waits for the end of two (tid 2), and two (tid 2) waits for m, which one (tid 1) "
            "holds.");
  EXPECT_TRUE(finding.edges.empty());
  ASSERT_EQ(finding.moments.size(), 3U);
  EXPECT_EQ(finding.moments[0].title, "one (tid 1) holds m");
  EXPECT_EQ(finding.moments[1].title, "one (tid 1) waits for the end of two (tid 2)");
  EXPECT_EQ(finding.moments[2].title, "two (tid 2) waits for m");
}

TEST_F(DeadlockTest, AReaderBehindAWriter) {
  build.program.locks[m].kind = LockKind::rwlock;
  build.reads(one, m);
  build.wants_to_read(one, m).behind_writers = true;
  build.wants(two, m);
  EXPECT_EQ(only_finding().message,
            "one (tid 1) waits for m, for which two (tid 2) waits before it, and two (tid 2) waits for m, "
            "which one (tid 1) holds.");
}

TEST_F(DeadlockTest, AThreadThatEndedWithTheLock) {
  build.holds(one, m).taken = in("work");
  build.program.states[one].ended = true;
  build.wants(two, m).stack = in("look");
  const Finding finding = only_finding();
  EXPECT_EQ(finding.message, "two (tid 2) waits for m, held by a thread that is not there any more.");
  EXPECT_EQ(finding.reason, "one (tid 1) has ended without releasing it");
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_EQ(finding.moments[1].title, "one (tid 1) holds m");
}

TEST_F(DeadlockTest, AThreadThatWasNeverSeenWithTheLock) {
  Wait& wait = build.wants(two, m);
  wait.owner_is_gone = true;
  wait.with = 77;
  EXPECT_EQ(
      only_finding().reason,
      "the mutex says that the thread with tid 77 has it, which this process has not: it ended, or it is "
      "one of the process that forked this one");
}

TEST_F(DeadlockTest, EverybodyAsleep) {
  build.waits(one, WaitKind::condition).stack = in("pop");
  build.waits(two, WaitKind::barrier).with = 3;
  build.holds(two, m);
  build.wants(three, m);
  build.everybody_is_known();
  const Finding finding = only_finding();
  EXPECT_EQ(finding.message,
            "All 3 threads wait, and none is left that could wake one of them: one (tid 1) waits for a "
            "condition; two (tid 2) waits for a barrier for 3 threads; three (tid 3) waits for m, which two "
            "(tid 2) holds.");
  EXPECT_EQ(finding.moments.size(), 3U);
  EXPECT_EQ(finding.moments[0].title, "one (tid 1) waits for a condition, for 10.0 s");
  EXPECT_EQ(finding.locks.size(), 1U);
}

TEST_F(DeadlockTest, TheOnlyThreadAsleep) {
  build.program.states.resize(1);
  build.waits(one, WaitKind::condition);
  build.everybody_is_known();
  EXPECT_EQ(only_finding().message,
            "one (tid 1) waits for a condition, and there is no other thread that could end that.");
}

TEST_F(DeadlockTest, OfTwoProcessesNamesThem) {
  Process second;
  second.executable = "client";
  second.pid = 4712;
  build.program.threads[build.program.states[two].thread].process = build.program.processes.add(second);
  opposite_orders(one, two);
  const Finding finding = only_finding();
  EXPECT_EQ(finding.process, "server (pid 4711), client (pid 4712)");
  EXPECT_TRUE(
      finding.message.starts_with("one (tid 1) of server (pid 4711) waits for n, which two (tid 2) of"))
      << finding.message;
}

// ---- fingerprints

TEST_F(DeadlockTest, TheSameCauseHasTheSameFingerprint) {
  opposite_orders(one, two);
  const std::string first = only_finding().fingerprint;
  for (ThreadState& state : build.program.states) {
    state.held.clear();
    state.wait = {};
  }
  opposite_orders(three, one);
  for (Thread& thread : build.program.threads) thread.tid += 1000;
  EXPECT_EQ(only_finding().fingerprint, first);
}

TEST_F(DeadlockTest, AnotherCauseHasAnother) {
  opposite_orders(one, two);
  const std::string first = only_finding().fingerprint;
  build.program.states[one].wait.stack = in("put_some");
  const std::string elsewhere = only_finding().fingerprint;
  EXPECT_NE(elsewhere, first);
  build.program.states[one].wait.stack = in("put_all");
  EXPECT_EQ(only_finding().fingerprint, first);
  build.program.locks[m].class_name = "other";
  EXPECT_NE(only_finding().fingerprint, first);
}

// ---- one thread by itself

class SelfDeadlockTest : public MomentRuleTest {
 protected:
  SelfDeadlockTest() : MomentRuleTest(rules::self_deadlock) {}
};

TEST_F(SelfDeadlockTest, AMutexTakenTwice) {
  build.holds(one, m).taken = in("put");
  build.wants(one, m).stack = in("grow");
  build.wants(two, m).stack = in("get");
  const Finding finding = only_finding();
  EXPECT_EQ(finding.tier, Tier::actual);
  EXPECT_EQ(finding.message, "one (tid 1) waits for m, which it holds itself.");
  EXPECT_EQ(finding.reason,
            "it took the mutex before and has not released it; a mutex cannot be entered twice that way");
  ASSERT_EQ(finding.moments.size(), 3U);
  EXPECT_EQ(finding.moments[2].title, "two (tid 2) waits for m");
  EXPECT_TRUE(run(rules::deadlock).empty()) << "told once";
  const std::string first = finding.fingerprint;
  build.program.states[one].wait.stack = in("shrink");
  EXPECT_NE(only_finding().fingerprint, first);
}

TEST_F(SelfDeadlockTest, AReaderThatWantsToWrite) {
  build.program.locks[m].kind = LockKind::rwlock;
  build.reads(one, m);
  build.wants(one, m);
  EXPECT_EQ(
      only_finding().reason,
      "it took the rwlock as a reader and has not released it; a rwlock cannot be entered twice that way");
}

TEST_F(SelfDeadlockTest, AFileLockConvertedWhoseOtherOwnerEndedIsNone) {
  build.program.locks[m].kind = LockKind::file_lock;
  build.reads(one, m);
  build.reads(two, m);
  build.program.states[two].ended = true;
  build.wants(one, m);
  EXPECT_TRUE(run().empty()) << "it does not wait for itself";
  EXPECT_EQ(run(rules::deadlock).size(), 1U);
}

TEST_F(SelfDeadlockTest, ACycleOfTwoIsNone) {
  build.holds(one, m);
  build.wants(one, n);
  build.holds(two, n);
  build.wants(two, m);
  EXPECT_TRUE(run().empty());
}

}  // namespace
}  // namespace gordian
