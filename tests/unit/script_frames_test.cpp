// SPDX-License-Identifier: Apache-2.0
//
// Frames of interpreted functions, from the trace to the names of locks.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/ingest/ingest.h"
#include "core/symbolize/lock_names.h"
#include "core/symbolize/symbolizer.h"
#include "tests/unit/trace_builder.h"

namespace gordian {
namespace {

uint64_t script_frame(TraceBuilder& trace, std::string_view file, std::string_view function, uint32_t line) {
  format::ScriptFrameRecord record{};
  record.line = line;
  record.file_length = static_cast<uint32_t>(file.size());
  record.function_length = static_cast<uint32_t>(function.size());
  return format::address_of(
      trace.append<format::ScriptFrameRef>(record, std::string(file) + std::string(function)));
}

Program ingested(const TraceBuilder& trace) {
  Program program;
  ingest(trace.reader(), program);
  return program;
}

TEST(ScriptFrames, AreLaidOutLikeThis) {
  TraceBuilder trace;
  const uint64_t address = script_frame(trace, "a.py", "Bank.move", 7);
  EXPECT_EQ(address, 0xF0FF'0000'0000'0000 | format::kHeaderSize / 8);
  const char* record = trace.bytes().data() + format::kHeaderSize;
  EXPECT_EQ(*reinterpret_cast<const uint16_t*>(record + 4), 12);
  EXPECT_EQ(*reinterpret_cast<const uint32_t*>(record + 8), 7U);
  EXPECT_EQ(*reinterpret_cast<const uint32_t*>(record + 12), 4U);
  EXPECT_EQ(*reinterpret_cast<const uint32_t*>(record + 16), 9U);
  EXPECT_EQ(std::string_view(record + 24, 13), "a.pyBank.move");
}

TEST(ScriptFrames, StandInStacksAmongOthers) {
  TraceBuilder trace;
  const uint64_t inner = script_frame(trace, "/src/a.py", "Bank.move", 7);
  const uint64_t outer = script_frame(trace, "<string>", "<module>", 0);
  const auto taken = trace.stack({inner, outer, 0x1000});
  trace.chain({}, trace.lock(0x10, {}, taken), taken);

  const Program program = ingested(trace);
  Symbolizer symbolizer(program);
  const std::vector<Frame>& frames = symbolizer.frames(program.locks[LockId{0}].first_taken);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_TRUE(frames[0].script);
  EXPECT_EQ(frames[0].function, "Bank.move");
  EXPECT_EQ(frames[0].file, "/src/a.py");
  EXPECT_EQ(frames[0].line, 7U);
  EXPECT_EQ(frames[0].module, "");
  EXPECT_EQ(frames[1].function, "<module>");
  EXPECT_EQ(frames[1].line, 0U);
  EXPECT_FALSE(frames[2].script);
  EXPECT_EQ(frames[2].offset, 0xfffU);
}

TEST(ScriptFrames, ARecordThatContradictsItselfIsLeftOut) {
  for (const uint32_t length : {14U, ~0U}) {
    TraceBuilder trace;
    const uint64_t address = script_frame(trace, "a.py", "f", 1);
    const auto taken = trace.stack({address});
    trace.lock(0x10, {}, taken);
    auto& record = reinterpret_cast<format::ScriptFrameRecord&>(trace.head_of(format::kHeaderSize));
    record.file_length = length;
    const TraceReader reader = trace.reader();
    EXPECT_EQ(reader.problems().size(), 1U);
    Program program;
    ingest(reader, program);
    Symbolizer symbolizer(program);
    const std::vector<Frame>& frames = symbolizer.frames(program.locks[LockId{0}].first_taken);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_FALSE(frames[0].script);
  }
}

TEST(ScriptFrames, PlumbingIsWhatThreadingBuildsFromLocks) {
  const auto frame = [](std::string function, std::string file) {
    Frame result;
    result.script = true;
    result.function = std::move(function);
    result.file = std::move(file);
    return result;
  };
  const std::string threading = "/usr/lib/python3.11/threading.py";
  EXPECT_TRUE(is_lock_plumbing(frame("Condition.__enter__", threading)));
  EXPECT_TRUE(is_lock_plumbing(frame("Event.wait", threading)));
  EXPECT_TRUE(is_lock_plumbing(frame("RLock", threading)));
  EXPECT_FALSE(is_lock_plumbing(frame("Thread.start", threading)));
  EXPECT_FALSE(is_lock_plumbing(frame("<module>", threading)));
  EXPECT_FALSE(is_lock_plumbing(frame("Condition.__enter__", "/src/my_threading.py")));
  EXPECT_FALSE(is_lock_plumbing(frame("pthread_mutex_lock", "/src/a.py")));
}

// Names come from the source, so there is one, in a directory of the test.
class ScriptLockNames : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(directory_);
    std::ofstream(file_) << "jobs = threading.Lock()\n"         // 1
                            "self.lock = threading.Lock()\n"    // 2
                            "self.all = [Lock() for _ in x]\n"  // 3
                            "register(threading.Lock())\n"      // 4
                            "with first.lock:\n"                // 5
                            "with a, b:\n";                     // 6
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Of a lock created in line `created` of function `creator` and first taken in line `taken` of `Bank.move`.
  Lock named(uint32_t created, std::string_view creator, uint32_t taken) {
    TraceBuilder trace;
    const auto creation = trace.stack({script_frame(trace, file_, creator, created)});
    const auto taking = trace.stack({script_frame(trace, file_, "Bank.move", taken)});
    trace.lock(0x10, creation, taking);
    Program program = ingested(trace);
    Symbolizer symbolizer(program);
    name_locks(program, symbolizer);
    return program.locks[LockId{0}];
  }

  const std::string directory_ =
      testing::TempDir() + "gordian_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string file_ = directory_ + "/bank.py";
};

TEST_F(ScriptLockNames, AreWhatTheLockIsAssignedTo) {
  EXPECT_EQ(named(1, "<module>", 5).name, "jobs");
  EXPECT_EQ(named(1, "<module>", 5).class_name, "jobs (bank.py)");
  EXPECT_EQ(named(1, "Bank.start", 5).class_name, "jobs (Bank.start)");
  EXPECT_EQ(named(2, "Bank.__init__", 5).name, "Bank.lock");
  EXPECT_EQ(named(2, "Bank.__init__", 5).class_name, "Bank.lock");
  EXPECT_EQ(named(3, "Bank.__init__", 5).class_name, "Bank.all[]");
}

TEST_F(ScriptLockNames, OrElseHowItIsTakenOrWhereItWasCreated) {
  EXPECT_EQ(named(4, "main", 5).name, "first.lock");
  EXPECT_EQ(named(4, "main", 5).class_name, "first.lock (Bank.move)");
  EXPECT_EQ(named(4, "main", 6).name, "lock created in main (bank.py:4)");
}

}  // namespace
}  // namespace gordian
