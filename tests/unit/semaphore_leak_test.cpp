// SPDX-License-Identifier: Apache-2.0
//
// What the semaphore-leak rule makes of events: which of them are leaks, and what it says of those.
#include "core/findings/rules/semaphore_leak.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

using format::EventKind;
using format::LockAttribute;

constexpr ThreadId kMain{0};

class SemaphoreLeakTest : public testing::Test {
 protected:
  LockId semaphore(uint32_t permits, std::initializer_list<LockAttribute> attributes) {
    const LockId id = build.lock();
    Lock& lock = build.program.locks[id];
    lock.kind = LockKind::semaphore;
    lock.name = "pool";
    lock.class_name = "pools[]";
    lock.permits = permits;
    for (const LockAttribute attribute : attributes) lock.attributes |= static_cast<uint8_t>(attribute);
    return id;
  }

  StackId stack() {
    Stack stack;
    stack.return_addresses = {0x1000 + 0x1000 * build.program.stacks.size()};
    return build.program.stacks.add(stack);
  }

  Event& event(EventKind kind, LockId lock, uint16_t permits = 1) {
    Event event;
    event.kind = kind;
    event.detail = permits;
    event.lock = lock;
    event.thread = worker;
    event.held_at = stack();
    event.count = 1;
    build.program.events.push_back(event);
    return build.program.events.back();
  }

  std::vector<Finding> findings() {
    Symbolizer symbolizer(build.program);
    std::vector<Finding> found;
    Context context{symbolizer, found};
    rules::semaphore_leak.run(build.program, context);
    return found;
  }

  bool leaks(std::initializer_list<LockAttribute> attributes) {
    build.program.events.clear();
    event(EventKind::kept_at_thread_end, semaphore(3, attributes));
    return !findings().empty();
  }

  ProgramBuilder build;
  const ThreadId worker = build.thread("worker", 4712);
};

TEST_F(SemaphoreLeakTest, PermitsLeakIfOthersCameBackOrWereAwaited) {
  EXPECT_FALSE(leaks({}));
  EXPECT_TRUE(leaks({LockAttribute::posted_by_holder}));
  EXPECT_TRUE(leaks({LockAttribute::awaited}));
}

TEST_F(SemaphoreLeakTest, SignalsDoNotLeak) {
  EXPECT_FALSE(
      leaks({LockAttribute::posted_by_holder, LockAttribute::awaited, LockAttribute::posted_by_other}));
}

TEST_F(SemaphoreLeakTest, OfSeveralProcessesOnlyWhatCameBackHereAndWasCountedInTheEnd) {
  const auto shared = LockAttribute::process_shared;
  EXPECT_FALSE(leaks({shared, LockAttribute::posted_by_holder}));
  build.program.processes[ProcessId{0}].ended = true;
  EXPECT_TRUE(leaks({shared, LockAttribute::posted_by_holder}));
  EXPECT_FALSE(leaks({shared, LockAttribute::awaited}));
}

TEST_F(SemaphoreLeakTest, OtherLocksAndOtherEventsAreNotItsConcern) {
  const LockId pool = semaphore(3, {LockAttribute::posted_by_holder});
  event(EventKind::destroy_in_use, pool);
  event(EventKind::kept_at_thread_end, build.lock());
  event(EventKind::kept_at_thread_end, kNoLock);
  EXPECT_TRUE(findings().empty());
}

TEST_F(SemaphoreLeakTest, AllWaysToLosePermitsAreTold) {
  const LockId pool = semaphore(3, {LockAttribute::posted_by_holder});
  for (const auto& [kind, reason] :
       {std::pair{EventKind::kept_at_thread_end, "worker (tid 4712) has ended"},
        std::pair{EventKind::kept_at_exit, "the process has ended"},
        std::pair{EventKind::permits_lost, "the semaphore ended below its start"}}) {
    build.program.events.clear();
    event(kind, pool);
    const std::vector<Finding> found = findings();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].severity, Severity::error);
    EXPECT_EQ(found[0].tier, Tier::observed);
    EXPECT_EQ(found[0].reason,
              std::string(reason) + "; other permits were posted by threads that had taken them");
  }
}

TEST_F(SemaphoreLeakTest, PermitsOfOneCauseAreCountedAndHaveAMomentForEachPath) {
  const LockId pool = semaphore(9, {LockAttribute::posted_by_holder, LockAttribute::awaited});
  Event& often = event(EventKind::kept_at_thread_end, pool, 2);
  often.count = 3;
  often.given_back = 57;
  event(EventKind::kept_at_thread_end, pool, 1);
  const std::vector<Finding> found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "7 of 9 permits of pool were taken and never posted.");
  EXPECT_EQ(found[0].reason,
            "worker (tid 4712) has ended; 57 other permits had been posted by threads that had taken "
            "them; another "
            "thread had to wait for one");
  ASSERT_EQ(found[0].moments.size(), 2U);
  EXPECT_EQ(found[0].moments[0].title, "where 6 permits were taken, by worker (tid 4712):");
  EXPECT_EQ(found[0].moments[1].title, "where 1 permit was taken, by worker (tid 4712):");
}

TEST_F(SemaphoreLeakTest, MoreThanASemaphoreHasAreOfSeveral) {
  const LockId pool = semaphore(3, {LockAttribute::posted_by_holder});
  event(EventKind::kept_at_thread_end, pool, 2).count = 4;
  EXPECT_EQ(findings()[0].message,
            "8 permits of semaphores like pool, made with 3 each, were taken and never posted.");
}

TEST_F(SemaphoreLeakTest, OneOfOnePermitIsALock) {
  event(EventKind::kept_at_thread_end, semaphore(1, {LockAttribute::awaited}));
  EXPECT_EQ(findings()[0].message, "The one permit of pool was taken and never posted.");
}

TEST_F(SemaphoreLeakTest, TheHolderIsNamedWhereAnotherEndsTheSemaphore) {
  Event& lost = event(EventKind::permits_lost, semaphore(3, {LockAttribute::posted_by_holder}));
  lost.thread = kMain;
  lost.other = worker;
  lost.where = stack();
  const std::vector<Finding> found = findings();
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].moments.size(), 2U);
  EXPECT_EQ(found[0].moments[0].thread, "worker (tid 4712)");
  EXPECT_EQ(found[0].moments[1].title, "where it ended, by main thread:");
}

TEST_F(SemaphoreLeakTest, ANamedSemaphoreLeftBehindIsANote) {
  Event& left = event(EventKind::semaphore_left, kNoLock);
  left.held_at = kNoStack;
  left.where = stack();
  left.text = "/jobs";
  const std::vector<Finding> found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "semaphore-leak");
  EXPECT_EQ(found[0].severity, Severity::note);
  EXPECT_EQ(found[0].message, "The named semaphore /jobs was made by this process and removed by nobody.");
}

TEST_F(SemaphoreLeakTest, TwoCausesHaveTwoFingerprints) {
  event(EventKind::kept_at_thread_end, semaphore(3, {LockAttribute::awaited}));
  const LockId other = semaphore(3, {LockAttribute::awaited});
  build.program.locks[other].class_name = "tokens[]";
  event(EventKind::kept_at_thread_end, other);
  const std::vector<Finding> found = findings();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NE(found[0].fingerprint, found[1].fingerprint);
}

}  // namespace
}  // namespace gordian
