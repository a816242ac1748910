// SPDX-License-Identifier: Apache-2.0
#include "core/ingest/ingest.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/trace_builder.h"

namespace gordian {
namespace {

using format::ChainRef;
using format::LockRef;
using format::StackRef;
using format::ThreadRef;

Program program_of(const TraceBuilder& builder) {
  Program program;
  ingest(builder.reader(), program);
  return program;
}

void expect_dangling(const Program& program, uint64_t count) {
  ASSERT_EQ(program.warnings.size(), 1U);
  EXPECT_EQ(program.warnings[0],
            "made.gordian: " + std::to_string(count) + " records refer to missing ones and were not used");
}

constexpr ThreadId kMain{0};
constexpr LockId kA{0};
constexpr LockId kB{1};

// A main thread and two locks, the second wanted inside the first.
class IngestTest : public testing::Test {
 protected:
  TraceBuilder builder;
  ThreadRef main = builder.thread(4711);
  StackRef here = builder.stack({0x10, 0x20});
  StackRef there = builder.stack({0x30}, true);
  LockRef a = builder.lock(0xa000, here, there);
  LockRef b = builder.lock(0xb000);
};

TEST_F(IngestTest, TheHeaderBecomesAProcess) {
  std::strcpy(builder.header().executable, "/usr/sbin/server");
  constexpr std::string_view kCommand(
      "server\0-t\0"
      "4\0",
      12);
  std::memcpy(builder.header().command, kCommand.data(), kCommand.size());
  builder.header().acquisitions = 99;
  builder.module("/usr/sbin/server", 0x1000, 0x2000, 0x100);
  const Program killed = program_of(builder);
  ASSERT_EQ(killed.processes.size(), 1U);
  const Process& process = killed.processes[ProcessId{0}];
  EXPECT_EQ(process.trace_file, "made.gordian");
  EXPECT_EQ(process.executable, "/usr/sbin/server");
  EXPECT_EQ(process.command, (std::vector<std::string>{"server", "-t", "4"}));
  EXPECT_EQ(process.pid, 4711U);
  EXPECT_EQ(process.parent_pid, 4000U);
  EXPECT_EQ(process.acquisitions, 99U);
  EXPECT_FALSE(process.ended);
  ASSERT_EQ(process.modules.size(), 1U);
  EXPECT_EQ(process.modules[0].path, "/usr/sbin/server");
  EXPECT_EQ(process.modules[0].load_bias, 0x100U);

  builder.end();
  EXPECT_TRUE(program_of(builder).processes[ProcessId{0}].ended);
}

TEST_F(IngestTest, LocksAndStacksKeepWhatIsKnownOfThem) {
  const Program program = program_of(builder);
  ASSERT_EQ(program.locks.size(), 2U);
  EXPECT_EQ(program.graph.lock_count(), 2U);
  const Lock& lock = program.locks[kA];
  EXPECT_EQ(lock.address, 0xa000U);
  EXPECT_EQ(lock.seen, TraceBuilder::offset(a));
  EXPECT_FALSE(lock.recursive);
  EXPECT_EQ(program.stacks[lock.created].return_addresses, (std::vector<uint64_t>{0x10, 0x20}));
  EXPECT_FALSE(program.stacks[lock.created].truncated);
  EXPECT_EQ(program.stacks[lock.created].proven, 2U);
  EXPECT_EQ(program.stacks[lock.first_taken].return_addresses, (std::vector<uint64_t>{0x30}));
  EXPECT_TRUE(program.stacks[lock.first_taken].truncated);
  EXPECT_EQ(program.locks[kB].created, kNoStack);
}

TEST_F(IngestTest, TwoGenerationsOfOneAddressAreTwoLocks) {
  const LockRef again = builder.lock(0xa000);
  builder.chain(builder.chain({}, a), b);
  builder.chain(builder.chain({}, b), again);
  const Program program = program_of(builder);
  EXPECT_TRUE(program.graph.find(kA, kB));
  EXPECT_FALSE(program.graph.find(kB, kA)) << "a stale edge must never join a cycle";
  EXPECT_TRUE(program.graph.find(kB, LockId{2}));
}

TEST_F(IngestTest, ChainsBecomeEdgesWithTheirEvidence) {
  const ChainRef outer = builder.chain({}, a, here, 0);
  const ChainRef inner = builder.chain(outer, b, there, 7, format::AcquireMode::timed);
  builder.use(inner, main, 2, 5);
  const Program program = program_of(builder);
  ASSERT_EQ(program.graph.edge_count(), 1U);
  const auto edge = program.graph.find(kA, kB);
  ASSERT_TRUE(edge);
  EXPECT_EQ(program.graph.count(*edge), 7U);
  ASSERT_EQ(program.graph.evidence(*edge).size(), 1U);
  const Chain& wanted = program.graph.chain(program.graph.evidence(*edge)[0].wanted);
  EXPECT_EQ(wanted.wanted.mode, Mode::timed);
  EXPECT_EQ(program.stacks[wanted.wanted.stack].return_addresses, (std::vector<uint64_t>{0x30}));
  EXPECT_FALSE(wanted.more_uses);
  EXPECT_FALSE(wanted.summary);
  ASSERT_EQ(wanted.uses.size(), 1U);
  EXPECT_EQ(wanted.uses[0].thread, kMain);
  EXPECT_EQ(wanted.uses[0].first_segment, 2U);
  EXPECT_EQ(wanted.uses[0].last_segment, 5U);
  const Chain& held = program.graph.chain(program.graph.evidence(*edge)[0].held);
  EXPECT_EQ(held.wanted.lock, kA);
  EXPECT_TRUE(held.uses.empty());
}

TEST_F(IngestTest, EveryModeKeepsItsMeaning) {
  const ChainRef outer = builder.chain({}, a);
  for (const auto mode : {format::AcquireMode::blocking, format::AcquireMode::timed,
                          format::AcquireMode::try_only, format::AcquireMode::reacquire}) {
    builder.chain(outer, b, {}, 1, mode);
  }
  const Program program = program_of(builder);
  std::vector<Mode> modes;
  for (const Chain& chain : program.graph.chains()) modes.push_back(chain.wanted.mode);
  EXPECT_EQ(modes, (std::vector<Mode>{Mode::blocking, Mode::blocking, Mode::timed, Mode::try_only,
                                      Mode::reacquire}));
  EXPECT_EQ(program.graph.evidence(*program.graph.find(kA, kB)).size(), 3U) << "a try makes no edge";
}

TEST_F(IngestTest, HandoffsBecomeOrder) {
  const ThreadRef other = builder.thread(4712, main);
  const auto meet = [&](ThreadRef thread, uint32_t segment) {
    format::HandoffRecord record{};
    record.thread = thread;
    record.segment = segment;
    record.kind = format::HandoffKind::barrier;
    record.value = 2;
    record.object = 0x5000;
    builder.append<ThreadRef>(record);
  };
  meet(main, 2);
  meet(other, 1);
  EXPECT_EQ(program_of(builder).handoffs.size(), 1U);
  builder.header().dropped[static_cast<size_t>(format::Dropped::thread_slot)] = 1;
  EXPECT_TRUE(program_of(builder).handoffs.empty()) << "one that was not watched may have been there";
}

// Two threads that meet a new chain in the same instant both write it; the table that tells may also be full.
TEST_F(IngestTest, ChainsWrittenTwiceAreOne) {
  const ThreadRef other = builder.thread(4712, main);
  const ChainRef outer = builder.chain({}, a, here, 1);
  const ChainRef outer_again = builder.chain({}, a, here, 2);
  const ChainRef inner = builder.chain(outer, b, there, 10);
  builder.use(inner, main, 3, 3);
  format::ChainRecord again{};
  again.outer = outer_again;
  again.lock = b;
  again.stack = there;
  again.mode = format::AcquireMode::blocking;
  again.more_uses = 1;
  again.summary = 1;
  again.count = 20;
  const auto inner_again = builder.append<ChainRef>(again);
  builder.use(inner_again, other, 1, 2);
  builder.use(inner_again, main, 1, 2);
  builder.use(inner, main, 4, 8);

  const Program program = program_of(builder);
  EXPECT_TRUE(program.warnings.empty());
  ASSERT_EQ(program.graph.chains().size(), 2U);
  EXPECT_EQ(program.graph.chain(ChainId{0}).count, 3U);
  const Chain& chain = program.graph.chain(ChainId{1});
  EXPECT_EQ(chain.count, 30U);
  EXPECT_TRUE(chain.more_uses);
  EXPECT_TRUE(chain.summary);
  EXPECT_FALSE(program.graph.chain(ChainId{0}).summary) << "that is the outer one";
  ASSERT_EQ(chain.uses.size(), 4U) << "a thread may come back";
  EXPECT_EQ(chain.uses[0].thread, kMain);
  EXPECT_EQ(chain.uses[0].first_segment, 3U);
  EXPECT_EQ(chain.uses[0].last_segment, 3U);
  EXPECT_EQ(chain.uses[1].thread, ThreadId{1});
  EXPECT_EQ(chain.uses[3].thread, kMain);
  EXPECT_EQ(chain.uses[3].first_segment, 4U);
  EXPECT_EQ(chain.uses[3].last_segment, 8U);
  EXPECT_EQ(program.graph.evidence(*program.graph.find(kA, kB)).size(), 1U);
}

TEST_F(IngestTest, ChainsThatDifferInAnythingAreKeptApart) {
  const ChainRef outer = builder.chain({}, a, here);
  builder.chain({}, a, there);
  builder.chain({}, b, here);
  builder.chain({}, a, here, 1, format::AcquireMode::timed);
  builder.chain(outer, b, here);
  EXPECT_EQ(program_of(builder).graph.chains().size(), 5U);
}

TEST_F(IngestTest, ThreadsKnowTheirCreatorAndTheirLastName) {
  builder.name(main, "server");
  const ThreadRef worker = builder.thread(4712, main, 3);
  builder.name(worker, "server");
  builder.name(worker, "worker-1");
  builder.name(worker, "sixteen-letters-");  // no room for a terminator
  const ThreadRef adopted = builder.thread(4713);
  builder.join(main, worker, 4);
  builder.join(main, adopted, 5);
  const Program program = program_of(builder);
  ASSERT_EQ(program.threads.size(), 3U);
  EXPECT_TRUE(program.threads[kMain].main);
  EXPECT_EQ(program.threads[kMain].name, "server");
  EXPECT_EQ(program.threads[kMain].parent, kNoThread);
  const Thread& thread = program.threads[ThreadId{1}];
  EXPECT_FALSE(thread.main);
  EXPECT_EQ(thread.tid, 4712U);
  EXPECT_EQ(thread.parent, kMain);
  EXPECT_EQ(thread.parent_segment, 3U);
  EXPECT_EQ(thread.name, "sixteen-letters-");
  EXPECT_EQ(program.threads[ThreadId{2}].parent, kNoThread);
  ASSERT_EQ(program.joins.size(), 2U);
  EXPECT_EQ(program.joins[0].joiner, kMain);
  EXPECT_EQ(program.joins[0].joined, ThreadId{1});
  EXPECT_EQ(program.joins[0].segment, 4U);
}

TEST_F(IngestTest, AThreadThatNeverRanIsNone) {
  builder.thread(0, main);
  const Program program = program_of(builder);
  EXPECT_EQ(program.threads.size(), 1U);
  EXPECT_TRUE(program.warnings.empty());
}

TEST_F(IngestTest, WhatRefersToNothingIsLeftOutAndCounted) {
  const auto nowhere = [](auto ref) { return static_cast<decltype(ref)>(3); };
  const ChainRef outer = builder.chain({}, a);
  const ChainRef no_lock = builder.chain(outer, nowhere(a));
  builder.chain(no_lock, b);                         // inside a chain that was left out
  builder.chain(nowhere(outer), b);                  // inside none
  builder.chain(outer, static_cast<LockRef>(main));  // not a lock
  builder.use(outer, nowhere(main));
  builder.use(nowhere(outer), main);
  builder.use(no_lock, main);
  builder.join(main, nowhere(main), 1);
  builder.join(nowhere(main), main, 1);
  const Program program = program_of(builder);
  EXPECT_EQ(program.graph.chains().size(), 1U);
  EXPECT_EQ(program.graph.edge_count(), 0U);
  EXPECT_TRUE(program.graph.chain(ChainId{0}).uses.empty());
  EXPECT_TRUE(program.joins.empty());
  expect_dangling(program, 9);
}

TEST_F(IngestTest, AMissingStackCostsOnlyTheStack) {
  builder.chain(builder.chain({}, a, static_cast<StackRef>(3)), b, static_cast<StackRef>(a));
  const Program program = program_of(builder);
  ASSERT_EQ(program.graph.edge_count(), 1U);
  for (const Chain& chain : program.graph.chains()) EXPECT_EQ(chain.wanted.stack, kNoStack);
}

TEST_F(IngestTest, ReadersAreToldFromWriters) {
  format::ChainRecord record{};
  record.lock = a;
  record.stack = here;
  record.shared = 1;
  builder.append<ChainRef>(record);
  builder.chain({}, a, here);
  const Program program = program_of(builder);
  ASSERT_EQ(program.graph.chains().size(), 2U) << "nothing else differs";
  EXPECT_TRUE(program.graph.chain(ChainId{0}).wanted.shared);
  EXPECT_FALSE(program.graph.chain(ChainId{1}).wanted.shared);
}

// Which semaphores and file locks are held by a thread against the others: only those have edges, in and out.
class OwnershipTest : public IngestTest {
 protected:
  struct Seen {
    uint32_t value = 0;
    uint8_t attributes = 0;
    uint8_t type = 0;
  };
  bool has_edges(format::LockKind kind, Seen seen) const {
    TraceBuilder trace = builder;
    format::LockRecord record{};
    record.address = 0xc000;
    record.kind = kind;
    record.value = seen.value;
    record.attributes = seen.attributes;
    record.type = seen.type;
    const auto lock = trace.append<LockRef>(record);
    trace.chain(trace.chain({}, a), lock);
    trace.chain(trace.chain({}, lock), b);
    const Program program = program_of(trace);
    constexpr LockId kC{2};
    EXPECT_EQ(program.graph.find(kA, kC).has_value(), program.graph.find(kC, kB).has_value());
    return program.graph.find(kA, kC).has_value();
  }

  static constexpr uint8_t kByHolder = static_cast<uint8_t>(format::LockAttribute::posted_by_holder);
  static constexpr uint8_t kByOther = static_cast<uint8_t>(format::LockAttribute::posted_by_other);
  static constexpr uint8_t kShared = static_cast<uint8_t>(format::LockAttribute::process_shared);
};

TEST_F(OwnershipTest, ASemaphoreIsALockIfItHasOnePermitThatItsHolderPosts) {
  for (const auto kind : {format::LockKind::semaphore, format::LockKind::system_v_semaphore}) {
    EXPECT_TRUE(has_edges(kind, {.value = 1}));
    EXPECT_TRUE(has_edges(kind, {.value = 1, .attributes = kByHolder}));
    EXPECT_FALSE(has_edges(kind, {.value = 0, .attributes = kByHolder}));
    EXPECT_FALSE(has_edges(kind, {.value = 2, .attributes = kByHolder}));
    EXPECT_FALSE(has_edges(kind, {.value = 1, .attributes = kByOther}));
    EXPECT_FALSE(has_edges(kind, {.value = 1, .attributes = kByHolder | kByOther}));
  }
}

TEST_F(OwnershipTest, ASemaphoreOfSeveralProcessesMustHaveBeenSeenToBeALock) {
  EXPECT_FALSE(has_edges(format::LockKind::semaphore, {.value = 1, .attributes = kShared}));
  EXPECT_TRUE(has_edges(format::LockKind::semaphore, {.value = 1, .attributes = kShared | kByHolder}));
}

TEST_F(IngestTest, PermitsAndWhatWasSeenOfThemComeAlong) {
  format::LockRecord pool{};
  pool.kind = format::LockKind::semaphore;
  pool.value = 3;
  pool.attributes = static_cast<uint8_t>(format::LockAttribute::awaited);
  const auto lock = builder.append<LockRef>(pool);
  format::EventRecord kept{};
  kept.kind = format::EventKind::kept_at_thread_end;
  kept.detail = 2;
  kept.lock = lock;
  kept.given_back = 57;
  kept.count = 1;
  builder.append<LockRef>(kept);
  const Program program = program_of(builder);
  ASSERT_EQ(program.events.size(), 1U);
  EXPECT_EQ(program.events[0].detail, 2U);
  EXPECT_EQ(program.events[0].given_back, 57U);
  const Lock& known = program.locks[program.events[0].lock];
  EXPECT_EQ(known.permits, 3U);
  EXPECT_TRUE(known.has(format::LockAttribute::awaited));
  EXPECT_FALSE(known.has(format::LockAttribute::posted_by_holder));
  EXPECT_EQ(program.locks[kA].permits, 0U);
}

TEST_F(OwnershipTest, AFileLockIsOneBetweenThreadsThatOpenedTheFileEachForItself) {
  const auto has_edges_as = [&](format::FileLockType type, uint32_t descriptions) {
    return has_edges(format::LockKind::file_lock,
                     {.value = descriptions, .type = static_cast<uint8_t>(type)});
  };
  EXPECT_FALSE(has_edges_as(format::FileLockType::flock, 1));
  EXPECT_TRUE(has_edges_as(format::FileLockType::flock, 2));
  EXPECT_FALSE(has_edges_as(format::FileLockType::description_record, 1));
  EXPECT_TRUE(has_edges_as(format::FileLockType::description_record, 2));
  EXPECT_FALSE(has_edges_as(format::FileLockType::process_record, 2));
}

TEST_F(IngestTest, ALockIsCalledByTheLastNameBeforeItsRecord) {
  const auto name = [&](uint64_t address, format::LockKind kind, std::string_view text) {
    format::LockNameRecord record{};
    record.address = address;
    record.kind = kind;
    record.length = static_cast<uint32_t>(text.size());
    builder.append<LockRef>(record, text);
  };
  const auto lock = [&](uint64_t address, format::LockKind kind) {
    format::LockRecord record{};
    record.address = address;
    record.kind = kind;
    builder.append<LockRef>(record);
  };
  name(0xc000, format::LockKind::semaphore, "/old");
  name(0xc000, format::LockKind::semaphore, "/new");
  name(0xc000, format::LockKind::file_lock, "/var/lock/a");
  lock(0xc000, format::LockKind::semaphore);
  lock(0xc000, format::LockKind::file_lock);
  lock(0xd000, format::LockKind::semaphore);
  name(0xd000, format::LockKind::semaphore, "/late");
  name(0xc000, format::LockKind::semaphore, "");
  lock(0xc000, format::LockKind::semaphore);
  const Program program = program_of(builder);
  std::vector<std::string> names;
  for (const Lock& known : program.locks) names.push_back(known.name);
  EXPECT_EQ(names, (std::vector<std::string>{"", "", "/new", "/var/lock/a", "", ""}));
}

TEST_F(IngestTest, LossesComeInWords) {
  std::set<std::string> reasons;
  for (uint32_t i = 0; i < std::size(builder.header().dropped); ++i) {
    TraceBuilder one = builder;
    one.header().dropped[i] = i + 1;
    const Program program = program_of(one);
    ASSERT_EQ(program.losses.size(), 1U);
    EXPECT_EQ(program.losses[0].count, i + 1);
    EXPECT_EQ(program.losses[0].process, ProcessId{0});
    reasons.insert(program.losses[0].reason);
  }
  // A sentence for each reason, and one for those that only a later version knows.
  EXPECT_EQ(reasons.size(), static_cast<size_t>(format::Dropped::count_) + 1);
  EXPECT_TRUE(program_of(builder).losses.empty());
}

TEST_F(IngestTest, WhatTheReaderFoundWrongIsPassedOn) {
  builder.header().tail += 8;
  const Program program = program_of(builder);
  ASSERT_EQ(program.warnings.size(), 1U);
  EXPECT_NE(program.warnings[0].find("8 bytes are missing"), std::string::npos);
}

TEST_F(IngestTest, TracesOfTwoProcessesShareNothing) {
  builder.chain(builder.chain({}, a), b);
  TraceBuilder other;
  other.header().pid = 5000;
  const ThreadRef thread = other.thread(5000);
  const LockRef b_there = other.lock(0xb000);
  const LockRef a_there = other.lock(0xa000);
  const ChainRef inner = other.chain(other.chain({}, b_there), a_there);
  other.use(inner, thread);

  Program program;
  ingest(builder.reader(), program);
  ingest(other.reader(), program);
  EXPECT_EQ(program.processes.size(), 2U);
  EXPECT_EQ(program.locks.size(), 4U);
  EXPECT_EQ(program.graph.edge_count(), 2U);
  EXPECT_TRUE(program.graph.find(kA, kB));
  EXPECT_TRUE(program.graph.find(LockId{2}, LockId{3}));
  EXPECT_EQ(program.locks[LockId{3}].process, ProcessId{1});
  EXPECT_TRUE(program.threads[ThreadId{1}].main);
  EXPECT_EQ(program.graph.chain(ChainId{3}).uses.at(0).thread, ThreadId{1});
}

}  // namespace
}  // namespace gordian
