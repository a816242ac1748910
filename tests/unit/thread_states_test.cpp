// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/thread_states.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

using format::LockRef;
using format::StackRef;
using format::ThreadRef;
using format::WaitKind;
using HotKind = format::LockKind;

constexpr ProcessId kProcess{0};
constexpr ThreadId kMain{0};
constexpr ThreadRef kMainRef{600};
constexpr ThreadRef kWorkerRef{601};
constexpr LockRef kRef{700};
constexpr StackId kTaken{0};

// A process that runs, with a main thread (tid 4711) and a worker (tid 4712), and a lock at 0x100 with a
// record.
class ThreadStatesTest : public testing::Test {
 protected:
  ThreadStatesTest() {
    build.program.stacks.add({});
    build.program.locks[lock].address = 0x100;
    ids.threads.add(offset(kMainRef), kMain);
    ids.threads.add(offset(kWorkerRef), worker);
    ids.locks.add(offset(kRef), lock);
    ids.newest_lock[{0x100, HotKind::mutex}] = lock;
    ids.path_stacks[0xabc] = kTaken;
    ids.stacks.add(offset(StackRef{800}), kTaken);
    moment.running = true;
    moment.all_asleep = true;
    moment.tasks = {4711, 4712};
    moment.now_ns = 99;
    moment.threads = {{kMainRef, 4711, false, {}, {}}, {kWorkerRef, 4712, false, {}, {}}};
  }

  template <typename Ref>
  static uint64_t offset(Ref ref) {
    return uint64_t{static_cast<uint32_t>(ref)} * format::kRecordAlignment;
  }

  // Of the moment as it is now.
  const std::vector<ThreadState>& states() {
    build.program.states.clear();
    add_states(moment, ids, kProcess, build.program);
    return build.program.states;
  }
  Wait main_wait() { return states().front().wait; }
  const Process& process() const { return build.program.processes[kProcess]; }

  HotThread& main() { return moment.threads[0]; }
  HotWait& wait(WaitKind kind, uint64_t object, HotKind lock_kind = HotKind::mutex) {
    main().wait = {kind, object, 0, lock_kind, false, 0, 7, StackRef{800}, 3};
    return main().wait;
  }
  HotWait& wait_for_semaphore(uint8_t flags) {
    HotWait& hot = wait(WaitKind::lock, 0x900, HotKind::semaphore);
    hot.flags = flags;
    return hot;
  }

  ProgramBuilder build;
  TraceIds ids;
  ProcessMoment moment;
  const LockId lock = build.lock();
  const ThreadId worker = build.thread("worker", 4712);
};

TEST_F(ThreadStatesTest, AThreadThatDoesNothing) {
  ASSERT_EQ(states().size(), 2U);
  EXPECT_EQ(states()[0].thread, kMain);
  EXPECT_EQ(states()[1].thread, worker);
  EXPECT_FALSE(states()[0].ended);
  EXPECT_TRUE(states()[0].held.empty());
  EXPECT_EQ(states()[0].wait.kind, WaitKind::nothing);
  EXPECT_TRUE(process().all_threads_known);
  EXPECT_EQ(process().now_ns, 99U);
}

TEST_F(ThreadStatesTest, HeldLocksWithAndWithoutARecord) {
  main().held = {{0x100, HotKind::mutex, kRef, false, 1, 0xabc},
                 {0x200, HotKind::rwlock, {}, true, 2, 0xabc}};
  moment.threads[1].held = {{0x200, HotKind::rwlock, {}, true, 1, 0xdef}};
  const ThreadState& state = states()[0];
  ASSERT_EQ(state.held.size(), 2U);
  EXPECT_EQ(state.held[0].lock, lock);
  EXPECT_EQ(state.held[0].taken, kTaken);
  EXPECT_FALSE(state.held[0].shared);
  EXPECT_TRUE(state.held[1].shared);
  EXPECT_EQ(state.held[1].permits, 2U);
  const Lock& added = build.program.locks[state.held[1].lock];
  EXPECT_EQ(added.address, 0x200U);
  EXPECT_EQ(added.kind, LockKind::rwlock);
  EXPECT_EQ(added.first_taken, kTaken);
  EXPECT_EQ(build.program.locks.size(), 2U);
  EXPECT_EQ(build.program.graph.lock_count(), 2U);
  EXPECT_EQ(build.program.states[1].held[0].lock, state.held[1].lock) << "one address, one lock";
  EXPECT_EQ(build.program.states[1].held[0].taken, kNoStack);
}

TEST_F(ThreadStatesTest, OfTwoRecordsOfOneLockTheOneHeldCounts) {
  const LockId newer = build.lock();
  ids.newest_lock[{0x100, HotKind::mutex}] = newer;
  wait(WaitKind::lock, 0x100);
  moment.threads[1].held = {{0x100, HotKind::mutex, kRef, false, 1, 0}};
  EXPECT_EQ(main_wait().lock, lock);
  EXPECT_EQ(build.program.states[1].held[0].lock, lock);
}

TEST_F(ThreadStatesTest, ALockThatNobodyHoldsIsTheNewestAtItsAddress) {
  const LockId newer = build.lock();
  ids.newest_lock[{0x100, HotKind::mutex}] = newer;
  wait(WaitKind::lock, 0x100);
  EXPECT_EQ(main_wait().lock, newer);
}

// ---- waits

TEST_F(ThreadStatesTest, AWaitForALock) {
  HotWait& hot = wait(WaitKind::lock, 0x100);
  hot.timed = true;
  hot.flags = format::kWaitsToRead | format::kWaitsBehindWriters;
  const Wait wait = main_wait();
  EXPECT_EQ(wait.kind, WaitKind::lock);
  EXPECT_EQ(wait.lock, lock);
  EXPECT_EQ(wait.stack, kTaken);
  EXPECT_EQ(wait.since_ns, 7U);
  EXPECT_EQ(wait.number, 3U);
  EXPECT_TRUE(wait.timed);
  EXPECT_TRUE(wait.shared);
  EXPECT_TRUE(wait.behind_writers);
  EXPECT_FALSE(wait.anyone_ends);
  EXPECT_FALSE(wait.other_processes);
  EXPECT_FALSE(wait.owner_is_gone);
}

TEST_F(ThreadStatesTest, AMutexWhoseOwnerIsNotThere) {
  HotWait& hot = wait(WaitKind::lock, 0x100);
  hot.with = 4712;
  EXPECT_FALSE(main_wait().owner_is_gone);
  hot.with = 4713;
  EXPECT_TRUE(main_wait().owner_is_gone);
  hot.flags = format::kWaitsForOthers;
  EXPECT_FALSE(main_wait().owner_is_gone) << "it may be a thread of another process";
  hot.flags = 0;
  moment.running = false;
  EXPECT_FALSE(main_wait().owner_is_gone) << "nobody knows who was there";
  moment.worst_case = true;
  EXPECT_TRUE(main_wait().owner_is_gone);
}

TEST_F(ThreadStatesTest, AWaitForTheEndOfAThread) {
  wait(WaitKind::thread, static_cast<uint64_t>(kWorkerRef));
  EXPECT_EQ(main_wait().thread, worker);
  wait(WaitKind::thread, 12345);
  EXPECT_EQ(main_wait().thread, kNoThread);
}

TEST_F(ThreadStatesTest, AWaitForAConditionOrBarrier) {
  wait(WaitKind::barrier, 0x300).with = 5;
  const Wait barrier = main_wait();
  EXPECT_EQ(barrier.kind, WaitKind::barrier);
  EXPECT_EQ(barrier.object, 0x300U);
  EXPECT_EQ(barrier.with, 5U);
  EXPECT_FALSE(barrier.other_processes);
  wait(WaitKind::condition, 0x400).flags = format::kWaitsForOthers;
  EXPECT_TRUE(main_wait().other_processes);
}

TEST_F(ThreadStatesTest, SemaphoresAreEndedByWhoWasSeenTo) {
  struct Case {
    uint8_t flags;
    bool anyone_ends;
    bool but_not_itself;
  };
  for (const Case& each : {Case{0, true, true}, Case{format::kWaitsForHolder, false, false},
                           Case{format::kWaitsInScript, false, true},
                           Case{format::kWaitsInScript | format::kWaitsForHolder, false, false}}) {
    wait_for_semaphore(each.flags);
    const Wait wait = main_wait();
    EXPECT_EQ(wait.anyone_ends, each.anyone_ends) << int{each.flags};
    EXPECT_EQ(wait.but_not_itself, each.but_not_itself) << int{each.flags};
    EXPECT_FALSE(wait.other_processes);
  }
}

TEST_F(ThreadStatesTest, ASemaphoreMayBePostedByAHandlerOrAnotherProcess) {
  wait_for_semaphore(format::kWaitsForHolder | format::kWaitsForOthers);
  EXPECT_TRUE(main_wait().other_processes);
  wait_for_semaphore(format::kWaitsForHolder);
  moment.has_signal_handlers = true;
  EXPECT_TRUE(main_wait().other_processes);
}

TEST_F(ThreadStatesTest, PermitsAreThoseOfTheRecordOrElseOfTheWait) {
  wait_for_semaphore(0).with = 4;
  const LockId semaphore = main_wait().lock;
  EXPECT_EQ(build.program.locks[semaphore].permits, 4U);
  wait_for_semaphore(0).with = 9;
  ids.newest_lock[{0x900, HotKind::semaphore}] = semaphore;
  EXPECT_EQ(main_wait().lock, semaphore);
  EXPECT_EQ(build.program.locks[semaphore].permits, 4U);
}

// ---- threads that are gone, or not known

TEST_F(ThreadStatesTest, AThreadThatIsGoneCountsByWhatItHeld) {
  moment.tasks = {4711};
  wait(WaitKind::lock, 0x100);
  moment.threads[1].wait = main().wait;
  moment.threads[1].held = {{0x100, HotKind::mutex, kRef, false, 1, 0}};
  ASSERT_EQ(states().size(), 2U);
  EXPECT_TRUE(states()[1].ended);
  EXPECT_EQ(states()[1].wait.kind, WaitKind::nothing);
  moment.threads[1].held.clear();
  EXPECT_EQ(states().size(), 1U);
}

TEST_F(ThreadStatesTest, InAKilledProcessThoseThatWereEndingAreGone) {
  moment.running = false;
  moment.tasks.clear();
  moment.threads[1].ending = true;
  EXPECT_EQ(states().size(), 1U);
  EXPECT_FALSE(process().all_threads_known);
}

// Its tid may be given to another by now.
TEST_F(ThreadStatesTest, WhatWasLeftBehindByAForkStaysHeld) {
  moment.threads[1].left_behind = true;
  moment.threads[1].held = {{0x100, format::LockKind::mutex, {}, false, 1, 0}};
  ASSERT_EQ(states().size(), 2U);
  EXPECT_TRUE(states()[1].ended);
  EXPECT_TRUE(states()[1].left_behind);
  EXPECT_EQ(states()[1].held.size(), 1U);
}

TEST_F(ThreadStatesTest, AThreadWithoutARecordIsKnownByItsTid) {
  moment.tasks = {4711, 4712, 4713, 4714};
  for (const uint32_t tid : {4713U, 4714U}) moment.threads.push_back({ThreadRef::none, tid, false, {}, {}});
  wait(WaitKind::thread, 0);
  ASSERT_EQ(states().size(), 4U);
  EXPECT_EQ(build.program.threads[states()[2].thread].tid, 4713U);
  EXPECT_EQ(build.program.threads[build.program.states[3].thread].tid, 4714U);
  EXPECT_EQ(build.program.states[0].wait.thread, kNoThread);
}

TEST_F(ThreadStatesTest, ATaskWithoutASlotMayDoAnything) {
  moment.tasks.insert(4713);
  states();
  EXPECT_FALSE(process().all_threads_known);
}

TEST_F(ThreadStatesTest, ATaskThatIsAwakeMayWakeOthers) {
  moment.all_asleep = false;
  states();
  EXPECT_FALSE(process().all_threads_known);
}

TEST_F(ThreadStatesTest, AtWorstAllIsKnownAndForLong) {
  moment.all_asleep = false;
  moment.worst_case = true;
  states();
  EXPECT_TRUE(process().all_threads_known);
  EXPECT_EQ(process().now_ns, UINT64_MAX);
}

// ---- locks of several processes

TEST_F(ThreadStatesTest, SharedLocksHaveTheirKey) {
  moment.shared_keys[0x100] = 77;
  main().held = {{0x100, HotKind::mutex, kRef, false, 1, 0},
                 {0x500, HotKind::file_lock, {}, false, 1, 0},
                 {0x600, HotKind::mutex, {}, false, 1, 0}};
  const std::vector<HeldLock> held = states()[0].held;
  EXPECT_EQ(build.program.locks[held[0].lock].shared_key, 77U);
  EXPECT_EQ(build.program.locks[held[1].lock].shared_key, 0x500U);
  EXPECT_EQ(build.program.locks[held[2].lock].shared_key, 0U);
}

}  // namespace
}  // namespace gordian
