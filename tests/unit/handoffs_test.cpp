// SPDX-License-Identifier: Apache-2.0
//
// What follows from handoffs, and what does not.
#include "core/ingest/handoffs.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace gordian {
namespace {

using format::HandoffFamily;
using format::HandoffKind;

constexpr ThreadId kA{0};
constexpr ThreadId kB{1};
constexpr ThreadId kC{2};
constexpr uint64_t kObject = 0x1000;

class HandoffsTest : public testing::Test {
 protected:
  void add(ThreadId thread, HandoffKind kind, uint32_t segment, uint32_t value = 0,
           uint64_t object = kObject) {
    format::HandoffRecord record{};
    record.kind = kind;
    record.segment = segment;
    record.value = value;
    record.object = object;
    handoffs.add(thread, record);
  }
  void meet(ThreadId a, uint32_t segment_a, ThreadId b, uint32_t segment_b) {
    add(a, HandoffKind::barrier, segment_a, 2);
    add(b, HandoffKind::barrier, segment_b, 2);
  }
  void untold(ThreadId thread, HandoffFamily family) {
    add(thread, HandoffKind::untold, 9, static_cast<uint32_t>(family), 0);
  }
  size_t concluded() {
    program = {};
    handoffs.conclude(program);
    return program.handoffs.size();
  }

  Handoffs handoffs;
  Program program;
};

TEST_F(HandoffsTest, TheWaitsOfABarrierForAllItsThreadsAreRounds) {
  meet(kA, 1, kB, 3);
  meet(kB, 4, kA, 2);
  add(kA, HandoffKind::barrier, 5, 2);  // the other one was killed on its way back
  ASSERT_EQ(concluded(), 2U);
  EXPECT_EQ(program.handoffs[1].by, OrderedBy::barrier);
  EXPECT_EQ(program.handoffs[0].object, program.handoffs[1].object);
  ASSERT_EQ(program.handoffs[1].before.size(), 2U);
  EXPECT_EQ(program.handoffs[1].before[0].thread, kA);
  EXPECT_EQ(program.handoffs[1].before[0].segment, 2U);
  EXPECT_EQ(program.handoffs[1].after[1].thread, kB);
  EXPECT_EQ(program.handoffs[1].after[1].segment, 4U);
}

TEST_F(HandoffsTest, WhereMoreThreadsComeThanABarrierIsForWhoMeetsWhomIsChance) {
  meet(kA, 1, kB, 1);
  EXPECT_EQ(concluded(), 1U);
  meet(kB, 2, kC, 1);
  EXPECT_EQ(concluded(), 0U);
}

TEST_F(HandoffsTest, BarriersOfTwoSizesInOnePlaceSayNothing) {
  meet(kA, 1, kB, 1);
  add(kA, HandoffKind::barrier, 2, 3);
  EXPECT_EQ(concluded(), 0U);
}

TEST_F(HandoffsTest, WhoSaysNoMoreMayHaveBeenAtAnyBarrier) {
  meet(kA, 1, kB, 1);
  untold(kA, HandoffFamily::barriers);
  untold(kC, HandoffFamily::semaphores);
  EXPECT_EQ(concluded(), 1U) << "one that was there before is no other";
  untold(kC, HandoffFamily::barriers);
  EXPECT_EQ(concluded(), 0U);
}

TEST_F(HandoffsTest, ThePermitWithANumberComesAfterThePostWithIt) {
  add(kC, HandoffKind::semaphore_made, 0, 0);
  add(kA, HandoffKind::post, 1);
  add(kA, HandoffKind::post, 2);
  add(kB, HandoffKind::permit, 5);
  add(kB, HandoffKind::permit, 6);
  add(kB, HandoffKind::permit, 7);  // of a post not recorded
  add(kC, HandoffKind::permit, 1);
  ASSERT_EQ(concluded(), 3U);
  const Handoff& second = program.handoffs[1];
  EXPECT_EQ(second.by, OrderedBy::semaphore);
  EXPECT_EQ(second.before[0].segment, 2U);
  EXPECT_EQ(second.after[0].thread, kB);
  EXPECT_EQ(second.after[0].segment, 6U);
  EXPECT_EQ(program.handoffs[2].before[0].segment, 1U) << "the first of C's own";
}

TEST_F(HandoffsTest, OnlyASemaphoreMadeWithoutPermitsHandsOff) {
  add(kA, HandoffKind::post, 1);
  add(kB, HandoffKind::permit, 1);
  EXPECT_EQ(concluded(), 0U) << "it is older than the trace";
  for (const uint32_t permits : {1U, format::kUnusable, 0U}) {
    add(kA, HandoffKind::semaphore_made, 1, permits);
    add(kA, HandoffKind::post, 1);
    add(kB, HandoffKind::permit, 1);
    EXPECT_EQ(concluded(), permits == 0 ? 1U : 0U);
  }
}

TEST_F(HandoffsTest, OfTwoPostersEitherMayHaveBeenTheOne) {
  add(kA, HandoffKind::semaphore_made, 0, 0);
  add(kA, HandoffKind::post, 1);
  add(kB, HandoffKind::permit, 1);
  EXPECT_EQ(concluded(), 1U);
  untold(kA, HandoffFamily::semaphores);
  EXPECT_EQ(concluded(), 1U);
  untold(kC, HandoffFamily::semaphores);
  EXPECT_EQ(concluded(), 0U) << "C may have posted";
}

TEST_F(HandoffsTest, TwoPostersSayNothing) {
  add(kA, HandoffKind::semaphore_made, 0, 0);
  add(kA, HandoffKind::post, 1);
  add(kC, HandoffKind::post, 1);
  add(kB, HandoffKind::permit, 1);
  EXPECT_EQ(concluded(), 0U);
}

TEST_F(HandoffsTest, ARoutineRunsBeforeItIsFoundDone) {
  add(kA, HandoffKind::once_done, 3, 2);
  add(kB, HandoffKind::once_returned, 1);
  concluded();
  ASSERT_EQ(program.once_routines.size(), 1U);
  const OnceRoutine& once = program.once_routines[0];
  EXPECT_EQ(once.thread, kA);
  EXPECT_EQ(once.first, 2U);
  EXPECT_EQ(once.end, 3U);
  ASSERT_EQ(once.returns.size(), 1U);
  EXPECT_EQ(once.returns[0].thread, kB);
  add(kC, HandoffKind::once_returned, 1, 0, kObject + 8);
  concluded();
  EXPECT_EQ(program.once_routines.size(), 1U);
}

TEST_F(HandoffsTest, ARoutineThatRanTwiceOrMayHaveSaysNothing) {
  add(kA, HandoffKind::once_done, 3, 2);
  untold(kB, HandoffFamily::onces);
  concluded();
  EXPECT_TRUE(program.once_routines.empty());
  handoffs = {};
  add(kA, HandoffKind::once_done, 3, 2);
  add(kB, HandoffKind::once_done, 3, 2);
  concluded();
  EXPECT_TRUE(program.once_routines.empty());
}

TEST_F(HandoffsTest, ThreadsThatWentUnseenCouldHaveBeenAnywhere) {
  meet(kA, 1, kB, 1);
  add(kA, HandoffKind::once_done, 3, 2, kObject + 8);
  handoffs.forget_barriers_and_semaphores();
  EXPECT_EQ(concluded(), 0U);
  EXPECT_EQ(program.once_routines.size(), 1U);
}

}  // namespace
}  // namespace gordian
