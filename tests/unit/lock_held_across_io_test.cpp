// SPDX-License-Identifier: Apache-2.0
//
// The lock-held-across-io rule on events made by hand: what it warns of, what it only notes, and in what
// order.
#include "core/findings/rules/lock_held_across_io.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/findings/analysis.h"
#include "core/format/blocking_call.h"
#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

using format::BlockingCall;
using format::WaitsFor;

constexpr uint64_t kMillisecond = 1'000'000;

class LockHeldAcrossIoTest : public testing::Test {
 protected:
  Report report() {
    Symbolizer symbolizer(build.program);
    return analyse(build.program, symbolizer);
  }

  // A lock of a class of its own.
  LockId lock(LockKind kind = LockKind::mutex) {
    const LockId id = build.lock();
    build.program.locks[id].kind = kind;
    build.program.locks[id].first_taken = stack();
    return id;
  }

  StackId stack() {
    Stack stack;
    stack.return_addresses = {0x100000 + 0x1000 * build.program.stacks.size()};
    return build.program.stacks.add(stack);
  }

  Event& event(LockId lock, BlockingCall call, WaitsFor what, uint64_t total_ns, uint64_t max_ns) {
    Event event;
    event.kind = format::EventKind::blocking_call;
    event.detail = format::detail_of(call, what);
    event.lock = lock;
    event.thread = ThreadId{0};
    event.where = event.held_at = build.program.locks[lock].first_taken;
    event.count = 1;
    event.total_ns = total_ns;
    event.max_ns = max_ns;
    build.program.events.push_back(event);
    return build.program.events.back();
  }

  ProgramBuilder build;
};

TEST_F(LockHeldAcrossIoTest, ACallThatDidNotSleepIsANote) {
  event(lock(), BlockingCall::write, WaitsFor::nothing, 0, 0);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  ASSERT_EQ(result.hidden.size(), 1U);
  EXPECT_EQ(result.hidden[0].rule, "lock-held-across-io");
  EXPECT_NE(result.hidden[0].reason.find("no call has put the thread to sleep"), std::string::npos);
}

struct Case {
  WaitsFor what;
  uint64_t total_ns;
  uint64_t max_ns;
  bool warned_of;
};

TEST_F(LockHeldAcrossIoTest, WarnsFromAMillisecondOfWhatMayTakeAnyTimeAndTenOfADisk) {
  const std::vector<Case> cases = {
      {WaitsFor::network, kMillisecond, kMillisecond, true},
      {WaitsFor::network, 500 * kMillisecond, kMillisecond - 1, false},
      {WaitsFor::pipe, kMillisecond, kMillisecond, true},
      {WaitsFor::sleep, kMillisecond, kMillisecond, true},
      {WaitsFor::process, kMillisecond, kMillisecond, true},
      {WaitsFor::poll, kMillisecond, kMillisecond, true},
      {WaitsFor::disk, 10 * kMillisecond, 10 * kMillisecond, true},
      {WaitsFor::disk, 99 * kMillisecond, 10 * kMillisecond - 1, false},
      {WaitsFor::disk, 100 * kMillisecond, kMillisecond, true},
      {WaitsFor::console, 10 * kMillisecond, 10 * kMillisecond, true},
      {WaitsFor::console, 9 * kMillisecond, 9 * kMillisecond, false},
  };
  for (const Case& each : cases) {
    build = ProgramBuilder();
    event(lock(), BlockingCall::read, each.what, each.total_ns, each.max_ns);
    const Report result = report();
    EXPECT_EQ(result.findings.size(), each.warned_of ? 1U : 0U) << static_cast<int>(each.what);
    EXPECT_EQ(result.hidden.size(), each.warned_of ? 0U : 1U) << static_cast<int>(each.what);
  }
}

TEST_F(LockHeldAcrossIoTest, AFileLockIsThereForItsFile) {
  const LockId file = lock(LockKind::file_lock);
  event(file, BlockingCall::fsync, WaitsFor::disk, 900 * kMillisecond, 900 * kMillisecond);
  event(file, BlockingCall::recv, WaitsFor::network, kMillisecond, kMillisecond);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  EXPECT_EQ(result.hidden.size(), 1U);
}

TEST_F(LockHeldAcrossIoTest, ASemaphoreThatIsASignalIsHeldByNobody) {
  const LockId signal = build.program.locks.add({});
  build.program.graph.add_lock(LockGraph::Vertex::signal);
  build.program.locks[signal].kind = LockKind::semaphore;
  build.program.locks[signal].first_taken = stack();
  event(signal, BlockingCall::nanosleep, WaitsFor::sleep, 9 * kMillisecond, 9 * kMillisecond);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  EXPECT_TRUE(result.hidden.empty());
}

TEST_F(LockHeldAcrossIoTest, CountsCallsAndSaysHowManySlept) {
  const LockId id = lock();
  event(id, BlockingCall::read, WaitsFor::nothing, 0, 0).count = 12;
  Event& slept = event(id, BlockingCall::read, WaitsFor::disk, 45 * kMillisecond, 23 * kMillisecond);
  slept.count = 3;
  slept.text = "/var/lib/data";
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.severity, Severity::warning);
  EXPECT_EQ(finding.tier, Tier::observed);
  EXPECT_EQ(finding.count, 12U);
  EXPECT_EQ(finding.total_ns, 45 * kMillisecond);
  EXPECT_EQ(finding.max_ns, 23 * kMillisecond);
  EXPECT_NE(finding.message.find("read() waits for the disk"), std::string::npos) << finding.message;
  EXPECT_NE(finding.message.find("up to 23.0 ms"), std::string::npos) << finding.message;
  EXPECT_NE(finding.reason.find("3 of 12 calls"), std::string::npos) << finding.reason;
  EXPECT_NE(finding.reason.find("/var/lib/data"), std::string::npos) << finding.reason;
  ASSERT_EQ(finding.moments.size(), 2U);
  EXPECT_NE(finding.moments[0].title.find("read() was called"), std::string::npos);
  EXPECT_NE(finding.moments[1].title.find("was taken"), std::string::npos);
}

TEST_F(LockHeldAcrossIoTest, TheLongestTotalComesFirstAndCausesDiffer) {
  const LockId a = lock(LockKind::semaphore);
  const LockId b = lock(LockKind::semaphore);
  build.program.locks[a].name = "/a";
  build.program.locks[b].name = "/b";
  event(a, BlockingCall::usleep, WaitsFor::sleep, 2 * kMillisecond, kMillisecond).count = 99;
  event(b, BlockingCall::sleep, WaitsFor::sleep, 5 * kMillisecond, 5 * kMillisecond);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(result.findings[0].total_ns, 5 * kMillisecond);
  EXPECT_NE(result.findings[0].fingerprint, result.findings[1].fingerprint);
}

TEST(BlockingCall, EachHasItsNameAndWhatItWaitsFor) {
  EXPECT_STREQ(format::name(BlockingCall::read), "read()");
  EXPECT_STREQ(format::name(BlockingCall::vfprintf), "vfprintf()");
  EXPECT_EQ(format::waits_for(BlockingCall::getaddrinfo), WaitsFor::network);
  EXPECT_EQ(format::waits_for(BlockingCall::waitid), WaitsFor::process);
  // Of a newer writer's.
  EXPECT_EQ(format::call_in(0x00ff), BlockingCall::unknown);
  EXPECT_EQ(format::waits_for_in(0xff01), WaitsFor::nothing);
}

// Numbers in traces stay what they are.
TEST(BlockingCall, NumbersAreThoseOfTheFormat) {
  EXPECT_EQ(static_cast<int>(BlockingCall::read), 1);
  EXPECT_EQ(static_cast<int>(BlockingCall::connect), 23);
  EXPECT_EQ(static_cast<int>(BlockingCall::vfprintf), 52);
}

}  // namespace
}  // namespace gordian
