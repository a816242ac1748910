// SPDX-License-Identifier: Apache-2.0
//
// Locks that several processes use, in their traces.
#include <gtest/gtest.h>

#include "core/graph/cycles.h"
#include "tests/unit/run_builder.h"

namespace gordian {
namespace {

constexpr uint64_t kRun = 7;

size_t cycles(const std::vector<RunBuilder>& traces) {
  Program program;
  for (const RunBuilder& trace : traces) trace.ingest(program);
  return find_cycles(program.graph).size();
}

RunBuilder process(uint64_t nonce, const std::vector<std::string>& locks) {
  RunBuilder trace(nonce, kRun);
  trace.nest(trace.main(), locks, nonce);
  return trace;
}

TEST(SharedLocksTest, TwoProcessesMakeACycleOfThem) {
  RunBuilder one = process(1, {"a", "b"});
  RunBuilder other = process(2, {"b", "a"});
  EXPECT_EQ(cycles({one, other}), 0U);
  for (RunBuilder* trace : {&one, &other}) {
    trace->share("a", 11);
    EXPECT_EQ(cycles({one, other}), 0U);
  }
  for (RunBuilder* trace : {&one, &other}) trace->share("b", 13);
  EXPECT_EQ(cycles({one, other}), 1U);
  EXPECT_EQ(cycles({other, one}), 1U);
}

TEST(SharedLocksTest, EachProcessKeepsALockOfItsOwn) {
  RunBuilder one = process(1, {"a", "b"});
  RunBuilder other = process(2, {"a", "b"});
  for (RunBuilder* trace : {&one, &other}) trace->share("a", 11);
  Program program;
  one.ingest(program);
  other.ingest(program);
  ASSERT_EQ(program.locks.size(), 4U);
  EXPECT_EQ(program.locks[LockId{0}].shared_key, 11U);
  EXPECT_EQ(program.locks[LockId{2}].shared_key, 11U);
  EXPECT_EQ(program.graph.edge_count(), 2U);
  EXPECT_TRUE(program.graph.find(LockId{0}, LockId{1}));
  EXPECT_TRUE(program.graph.find(LockId{0}, LockId{3}));
}

// Which of the two another process had is not known.
TEST(SharedLocksTest, MadeAnewItIsAnotherLock) {
  RunBuilder one = process(1, {"a", "b"});
  one.share("a", 11);
  one.share("b", 13);
  RunBuilder other(2, kRun);
  for (const char* name : {"a", "b"}) {
    other.nest(other.main(), {name});
    other.share(name, name[0] == 'a' ? 11 : 13);
    other.another(name);
  }
  other.nest(other.main(), {"b", "a"});
  other.share("a", 11);
  other.share("b", 13);
  EXPECT_EQ(cycles({one, other}), 0U);
}

TEST(SharedLocksTest, AnotherKindAtTheSamePlaceIsAnotherLock) {
  const auto at = [](uint64_t nonce, format::LockKind kind) {
    TraceBuilder trace;
    trace.header().nonce = nonce;
    format::LockRecord lock{};
    lock.address = 0x100;
    lock.kind = kind;
    const auto first = trace.append<format::LockRef>(lock);
    const auto second = trace.lock(0x200);
    uint64_t key = 11;
    for (const auto each : {first, second}) {
      trace.append<format::SharedLockRef>(format::SharedLockRecord{{}, each, 0, key});
      key += 2;
    }
    const bool ascending = nonce == 1;
    const auto outer = trace.chain({}, ascending ? first : second);
    trace.chain(outer, ascending ? second : first);
    return trace;
  };
  const auto cycles_of = [&](format::LockKind kind) {
    Program program;
    ingest(at(1, format::LockKind::mutex).reader(), program);
    ingest(at(2, kind).reader(), program);
    return find_cycles(program.graph).size();
  };
  EXPECT_EQ(cycles_of(format::LockKind::mutex), 1U);
  EXPECT_EQ(cycles_of(format::LockKind::rwlock), 0U);
}

}  // namespace
}  // namespace gordian
