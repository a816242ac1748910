// SPDX-License-Identifier: Apache-2.0
#include "core/graph/wait_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "tests/unit/moment_builder.h"

namespace gordian {
namespace {

using format::WaitKind;
using Threads = std::vector<size_t>;

class WaitGraphTest : public testing::Test {
 protected:
  std::vector<Standstill> standstills() const { return find_standstills(build.program); }

  // Of the only standstill.
  Standstill standstill() const {
    const std::vector<Standstill> all = standstills();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Standstill{} : all.front();
  }
  // The cycle of the only standstill, its smallest member first.
  Threads cycle() const {
    Threads cycle = standstill().cycle;
    std::ranges::rotate(cycle, std::ranges::min_element(cycle));
    return cycle;
  }
  bool all_go_on() const { return standstills().empty(); }

  MomentBuilder build;
  const LockId a = build.lock();
  const LockId b = build.lock();
  const LockId c = build.lock();
  const size_t t0 = build.thread();
  const size_t t1 = build.thread();
  const size_t t2 = build.thread();
};

TEST_F(WaitGraphTest, TwoMutexesInOppositeOrders) {
  build.holds(t0, a);
  build.wants(t0, b);
  build.holds(t1, b);
  build.wants(t1, a);
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  EXPECT_TRUE(standstill().behind.empty());
  EXPECT_FALSE(standstill().everyone);
  EXPECT_EQ(blockers(build.program, t0), Threads{t1});
  EXPECT_TRUE(blockers(build.program, t2).empty());
}

TEST_F(WaitGraphTest, ThreeMutexesGoRoundInTheOrderOfWaiting) {
  build.holds(t0, a);
  build.wants(t0, c);
  build.holds(t1, b);
  build.wants(t1, a);
  build.holds(t2, c);
  build.wants(t2, b);
  EXPECT_EQ(cycle(), (Threads{t0, t2, t1}));
}

TEST_F(WaitGraphTest, AChainThatEndsInARunningThreadIsNone) {
  build.holds(t0, a);
  build.wants(t1, a);
  build.holds(t1, b);
  build.wants(t2, b);
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, ThreadsBehindACycle) {
  build.holds(t0, a);
  build.wants(t0, b);
  build.holds(t1, b);
  build.wants(t1, a);
  build.wants(t2, a);
  build.holds(t2, c);
  const size_t t3 = build.thread();
  build.wants(t3, c);
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  EXPECT_EQ(standstill().behind, (Threads{t2, t3}));
}

TEST_F(WaitGraphTest, TwoCyclesAreTwoStandstills) {
  const size_t t3 = build.thread();
  build.holds(t0, a);
  build.joins(t1, t0);
  build.holds(t1, b);
  build.wants(t0, b);
  build.joins(t2, t3);
  build.joins(t3, t2);
  EXPECT_EQ(standstills().size(), 2U);
}

TEST_F(WaitGraphTest, AJoinOfOneWhoWantsWhatTheJoinerHolds) {
  build.holds(t0, a);
  build.joins(t0, t1);
  build.wants(t1, a);
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  build.program.states[t1].wait = {};
  build.program.states[t1].ended = true;
  EXPECT_TRUE(all_go_on()) << "its end is no wait";
}

TEST_F(WaitGraphTest, AReaderQueuesBehindAWriterIfItsWaitSaysSo) {
  build.reads(t0, a);
  build.wants_to_read(t0, a);
  build.wants(t1, a);
  EXPECT_TRUE(all_go_on());
  build.program.states[t0].wait.behind_writers = true;
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  build.program.states[t1].wait.timed = true;
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, ReadersDoNotWaitForEachOtherButWritersForAll) {
  build.reads(t0, a);
  build.joins(t0, t1);
  build.wants_to_read(t1, a);
  EXPECT_TRUE(all_go_on());
  build.reads(t2, a);
  build.program.states[t1].wait.shared = false;
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  EXPECT_EQ(blockers(build.program, t1), (Threads{t0, t2}));
}

TEST_F(WaitGraphTest, AReaderThatWantsToWriteWaitsForItself) {
  build.reads(t0, a);
  build.wants(t0, a);
  EXPECT_EQ(cycle(), Threads{t0});
}

TEST_F(WaitGraphTest, APoolIsExhaustedWhenNoHolderGoesOn) {
  const LockId pool = build.lock(LockKind::semaphore, 2);
  build.holds(t0, pool);
  build.wants(t0, pool);
  build.holds(t1, pool);
  EXPECT_TRUE(all_go_on()) << "one holder is free";
  build.wants(t1, pool);
  EXPECT_EQ(standstill().cycle, Threads{t0}) << "which waits for a permit of its own, too";
  EXPECT_EQ(standstill().behind, Threads{t1});
  build.program.locks[pool].permits = 3;
  EXPECT_TRUE(all_go_on()) << "a permit is not accounted for";
  build.program.locks[pool].permits = 0;
  EXPECT_TRUE(all_go_on()) << "how many there are is not known";
}

TEST_F(WaitGraphTest, PermitsOfOneThreadCountTogether) {
  const LockId pool = build.lock(LockKind::semaphore, 3);
  build.holds(t0, pool, 3);
  build.wants(t1, pool);
  build.holds(t1, a);
  build.wants(t0, a);
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  build.program.states[t0].held.front().permits = 2;
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, ASemaphoreThatAnyoneEndsHasNoBlockers) {
  const LockId semaphore = build.lock(LockKind::semaphore, 1);
  build.holds(t0, semaphore);
  build.wants(t0, semaphore).anyone_ends = true;
  EXPECT_TRUE(blockers(build.program, t0).empty());
  EXPECT_TRUE(all_go_on());
  build.everybody_is_known();
  EXPECT_TRUE(all_go_on()) << "others are free to post it";
  for (const size_t thread : {t1, t2}) build.waits(thread, WaitKind::barrier);
  EXPECT_TRUE(standstill().everyone);
  build.program.states[t0].wait.other_processes = true;
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, ASemaphoreNotSeenToBePostedByItsHolderMayBeByAnother) {
  const LockId semaphore = build.lock(LockKind::semaphore, 1);
  build.holds(t0, semaphore);
  build.wants(t0, semaphore);
  EXPECT_EQ(cycle(), Threads{t0});
  build.program.states[t0].wait.but_not_itself = true;
  EXPECT_TRUE(blockers(build.program, t0).empty());
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, ATimedWaitBreaksACycle) {
  build.holds(t0, a);
  build.wants(t0, b);
  build.holds(t1, b);
  build.wants(t1, a).timed = true;
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, AnEndedHolderKeepsItsLock) {
  build.holds(t0, a);
  build.wants(t1, a);
  build.holds(t1, b);
  build.wants(t2, b);
  EXPECT_TRUE(all_go_on());
  build.program.states[t0].ended = true;
  EXPECT_EQ(standstill().cycle, Threads{t1});
  EXPECT_EQ(standstill().behind, Threads{t2});
}

TEST_F(WaitGraphTest, AnOwnerThatIsGoneKeepsItsMutex) {
  build.wants(t1, a);
  EXPECT_TRUE(all_go_on());
  build.program.states[t1].wait.owner_is_gone = true;
  EXPECT_EQ(standstill().cycle, Threads{t1});
}

// ---- waits that anybody may end

TEST_F(WaitGraphTest, EverybodyAsleepIsAStandstill) {
  build.waits(t0, WaitKind::condition);
  build.waits(t1, WaitKind::barrier);
  build.holds(t1, a);
  build.wants(t2, a);
  EXPECT_TRUE(all_go_on()) << "others may be there";
  build.everybody_is_known();
  EXPECT_TRUE(standstill().everyone);
  EXPECT_TRUE(standstill().cycle.empty());
  EXPECT_EQ(standstill().behind, (Threads{t0, t1, t2}));
  build.program.processes[ProcessId{0}].now_ns = MomentBuilder::kBegun + 1;
  EXPECT_TRUE(all_go_on()) << "one may have been woken";
}

TEST_F(WaitGraphTest, OneFreeThreadMayWakeTheOthers) {
  build.waits(t0, WaitKind::condition);
  build.waits(t1, WaitKind::condition);
  build.everybody_is_known();
  EXPECT_TRUE(all_go_on());
  build.waits(t2, WaitKind::condition).timed = true;
  EXPECT_TRUE(all_go_on());
  build.program.states[t2].wait = {};
  build.program.states[t2].ended = true;
  EXPECT_TRUE(standstill().everyone);
}

TEST_F(WaitGraphTest, AConditionOfOtherProcessesTooMayBeEndedByThem) {
  for (const size_t thread : {t0, t1, t2}) build.waits(thread, WaitKind::condition);
  build.everybody_is_known();
  EXPECT_TRUE(standstill().everyone);
  build.program.states[t1].wait.other_processes = true;
  EXPECT_TRUE(all_go_on());
}

TEST_F(WaitGraphTest, ACycleIsFoundBesideOneWhoCouldBeWoken) {
  build.reads(t0, a);
  build.waits(t0, WaitKind::condition);
  build.reads(t1, a);
  build.joins(t1, t2);
  build.wants(t2, a);
  build.everybody_is_known();
  const std::vector<Standstill> all = standstills();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(std::set(all[0].cycle.begin(), all[0].cycle.end()), (std::set{t1, t2}));
  EXPECT_TRUE(all[1].everyone);
  EXPECT_EQ(all[1].behind, Threads{t0});
}

// ---- processes

TEST_F(WaitGraphTest, FileLocksOfAProcessBelongToAllItsThreads) {
  const LockId of_process = build.program.graph.add_lock(LockGraph::Vertex::signal);
  build.program.locks.add({});
  build.program.locks[of_process].kind = LockKind::file_lock;
  build.holds(t0, of_process);
  build.joins(t0, t1);
  build.wants(t1, of_process);
  EXPECT_TRUE(all_go_on());
  const LockId of_description = build.lock(LockKind::file_lock);
  build.program.states[t0].held.front().lock = build.program.states[t1].wait.lock = of_description;
  EXPECT_EQ(cycle(), (Threads{t0, t1}));
  build.program.states[t1].wait = {};
  build.wants(t0, of_description);
  EXPECT_TRUE(all_go_on()) << "whoever has it converts it";
}

TEST_F(WaitGraphTest, LocksOfTwoProcessesAreOneByTheirKey) {
  const ProcessId second = build.program.processes.add({});
  const size_t there = build.thread(second);
  const LockId a_there = build.lock();
  const LockId b_there = build.lock();
  build.holds(t0, a);
  build.wants(t0, b);
  build.holds(there, b_there);
  build.wants(there, a_there);
  EXPECT_TRUE(all_go_on());
  for (const LockId lock : {a, a_there}) build.program.locks[lock].shared_key = 7;
  for (const LockId lock : {b, b_there}) build.program.locks[lock].shared_key = 8;
  EXPECT_EQ(cycle(), (Threads{t0, there}));
}

}  // namespace
}  // namespace gordian
