// SPDX-License-Identifier: Apache-2.0
//
// Contention from the trace to the table: buckets, sums by class, percentiles, what a person and a program
// are shown.
#include "core/findings/contention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/findings/analysis.h"
#include "core/format/durations.h"
#include "core/ingest/ingest.h"
#include "tests/unit/program_builder.h"
#include "tests/unit/trace_builder.h"
#include "viz/json.h"
#include "viz/text.h"

namespace gordian {
namespace {

TEST(Durations, EveryDurationLiesInItsBucket) {
  for (uint64_t ns = 16; ns < uint64_t{1} << 40; ns += 1 + ns / 7) {
    const uint32_t bucket = format::bucket_of(ns);
    EXPECT_LE(format::floor_of(bucket), ns);
    EXPECT_GT(format::floor_of(bucket + 1), ns);
    EXPECT_LE(format::floor_of(bucket + 1) - format::floor_of(bucket), format::floor_of(bucket) / 4);
  }
  EXPECT_EQ(format::bucket_of(0), 0U);
  EXPECT_EQ(format::bucket_of(15), 0U);
  EXPECT_EQ(format::bucket_of(UINT64_MAX), format::kDurationBuckets - 1);
}

void add(format::Durations& durations, uint64_t ns) {
  durations.count += 1;
  durations.total_ns += ns;
  durations.max_ns = std::max(durations.max_ns, ns);
  durations.buckets[format::bucket_of(ns)] += 1;
}

class ContentionTest : public testing::Test {
 protected:
  // A lock of a class of its own, and its record.
  format::ContentionRecord& record(uint64_t address) {
    format::ContentionRecord& fresh = records_.emplace_back();
    fresh.lock = trace.lock(address, {}, trace.stack({0x1000 + address}));
    fresh.sampled_one_in = 1024;
    return fresh;
  }

  Report report() {
    for (const format::ContentionRecord& record : records_) trace.append<format::ContentionRef>(record);
    Program program;
    ingest(trace.reader(), program);
    EXPECT_TRUE(program.warnings.empty());
    Symbolizer symbolizer(program);
    return analyse(program, symbolizer);
  }

  TraceBuilder trace;

 private:
  std::deque<format::ContentionRecord> records_;
};

TEST_F(ContentionTest, SaysHowLongEachClassWasWaitedForAndHeld) {
  format::ContentionRecord& little = record(0x100);
  add(little.waits, 1000);
  format::ContentionRecord& much = record(0x200);
  for (int i = 0; i < 98; ++i) add(much.waits, 1000);
  add(much.waits, 50'000);
  add(much.waits, 2'000'000);
  add(much.holds, 300);
  trace.header().start_realtime_ns = 1'000'000'000;
  trace.header().end_realtime_ns = 1'010'000'000;

  const Report result = report();
  ASSERT_EQ(result.contention.size(), 2U);
  EXPECT_TRUE(result.findings.empty());
  const ContentionRow& row = result.contention[0];
  EXPECT_EQ(row.waits.count, 100U);
  EXPECT_EQ(row.waits.total_ns, 98'000U + 2'050'000U);
  EXPECT_NEAR(static_cast<double>(row.waits.p50_ns), 1000, 130);
  EXPECT_NEAR(static_cast<double>(row.waits.p99_ns), 50'000, 6'500);
  EXPECT_EQ(row.waits.max_ns, 2'000'000U);
  EXPECT_EQ(row.holds.count, 1U);
  EXPECT_NEAR(static_cast<double>(row.holds.p50_ns), 300, 38);
  EXPECT_EQ(row.held_ns, 300U * 1024);
  EXPECT_EQ(row.run_ns, 10'000'000U);
  EXPECT_EQ(result.contention[1].waits.count, 1U);
}

TEST_F(ContentionTest, ARecordThatNothingWentIntoIsNoRow) {
  record(0x100);
  EXPECT_TRUE(report().contention.empty());
}

TEST(Contention, ASignalIsHeldByNobody) {
  Program program;
  const LockId lock = program.locks.add({});
  program.graph.add_lock(LockGraph::Vertex::signal);
  program.processes.add({});
  Contention row;
  row.lock = lock;
  row.waits.count = 1;
  program.contention.push_back(row);
  Symbolizer symbolizer(program);
  EXPECT_TRUE(contention(program, symbolizer).empty());
}

TEST_F(ContentionTest, ALockThatWasNeverNestedHasNoRecord) {
  format::ContentionRecord& unknown = record(0x100);
  unknown.lock = format::LockRef::none;
  unknown.taken = trace.stack({0x4000});
  unknown.address = 0x100;
  unknown.kind = format::LockKind::rwlock;
  add(unknown.waits, 1000);
  const Report result = report();
  ASSERT_EQ(result.contention.size(), 1U);
  EXPECT_EQ(result.contention[0].lock.kind, "rwlock");
  EXPECT_EQ(result.stats.locks, 2U);
}

TEST(Contention, RowsOfSeveralProcessesAreOneInAnyOrder) {
  const auto row_of = [](uint64_t ns, uint64_t count, const std::string& function) {
    ContentionRow row;
    row.executable = "/bin/server";
    row.process = "/bin/server (pid 1)";
    row.lock = {function, "cache", "mutex"};
    row.waits.count = count;
    row.waits.total_ns = count * ns;
    row.waits.max_ns = ns;
    row.waits.longest_at.function = function;
    row.waits.buckets.resize(format::kDurationBuckets);
    row.waits.buckets[format::bucket_of(ns)] = count;
    row.held_ns = row.run_ns = 10;
    return row;
  };
  const auto merged = [](ContentionRow one, const ContentionRow& other) {
    merge(one, other);
    return one;
  };
  const ContentionRow often = row_of(1'000, 90, "get");
  const ContentionRow rare = row_of(1'000'000, 10, "put");
  for (const ContentionRow& both : {merged(often, rare), merged(rare, often)}) {
    EXPECT_EQ(both.process, "/bin/server (2 processes)");
    EXPECT_EQ(both.lock.name, "get");
    EXPECT_EQ(both.waits.count, 100U);
    EXPECT_EQ(both.waits.max_ns, 1'000'000U);
    EXPECT_EQ(both.waits.longest_at.function, "put");
    EXPECT_LT(both.waits.p50_ns, 2'000U);
    EXPECT_GT(both.waits.p99_ns, 500'000U);
    EXPECT_EQ(both.run_ns, 20U);
  }
  EXPECT_EQ(merged(merged(often, rare), often).process, "/bin/server (3 processes)");
  EXPECT_EQ(merged(often, merged(rare, often)).process, "/bin/server (3 processes)");
}

TEST_F(ContentionTest, IsShownOnRequestAndInJson) {
  format::ContentionRecord& much = record(0x200);
  add(much.waits, 2'500'000);
  add(much.holds, 300);
  const Report result = report();
  std::ostringstream hidden;
  write_text(hidden, result, {});
  EXPECT_EQ(hidden.str().find("contention"), std::string::npos);
  std::ostringstream shown;
  write_text(shown, result, {.contention = true});
  EXPECT_NE(shown.str().find("waits          1     2.5 ms"), std::string::npos) << shown.str();
  EXPECT_NE(shown.str().find("held*          1   307.2 us"), std::string::npos) << shown.str();
  std::ostringstream json;
  write_json(json, result, false);
  const auto rows = nlohmann::json::parse(json.str())["contention"];
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["waits"]["max_ns"], 2'500'000);
}

}  // namespace
}  // namespace gordian
