// SPDX-License-Identifier: Apache-2.0
//
// The reader against a plain model: what was written comes out, and of a damaged file what is whole comes
// out, with a sentence about the rest.
#include "core/format/trace_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/trace_builder.h"

namespace gordian {
namespace {

using format::RecordType;

// One sentence that names the file.
void expect_sentence(const std::string& text) {
  EXPECT_TRUE(text.starts_with("made.gordian: ")) << text;
  EXPECT_GT(text.size(), std::string("made.gordian: ").size());
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TraceReader read(const std::vector<char>& bytes) {
  return {"made.gordian", bytes};
}

// What the reader says of a file it rejects.
std::string rejection(const std::vector<char>& bytes) {
  try {
    read(bytes);
  } catch (const BadTrace& bad) {
    expect_sentence(bad.what());
    return bad.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

bool mentions(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

// A record as a list of numbers and a text: enough to tell any two apart.
struct Plain {
  RecordType type;
  std::vector<uint64_t> numbers;
  std::string text;
  bool operator==(const Plain&) const = default;
};

template <typename Ref>
uint64_t number(Ref ref) {
  return static_cast<uint64_t>(ref);
}

std::map<uint64_t, Plain> plain(const TraceReader& trace) {
  std::map<uint64_t, Plain> all;
  trace.for_each<format::ModuleRecord>([&](uint64_t at, const format::ModuleRecord& r) {
    Plain plain{RecordType::module, {r.start, r.end, r.load_bias}, std::string(trace.path(r))};
    plain.numbers.insert(plain.numbers.end(), r.build_id, r.build_id + r.build_id_length);
    all[at] = plain;
  });
  trace.for_each<format::StackRecord>([&](uint64_t at, const format::StackRecord& r) {
    Plain plain{RecordType::stack, {r.proven, r.truncated, r.hash}, ""};
    for (const uint64_t address : trace.return_addresses(r)) plain.numbers.push_back(address);
    all[at] = plain;
  });
  trace.for_each<format::LockRecord>([&](uint64_t at, const format::LockRecord& r) {
    all[at] = {
        RecordType::lock, {r.address, r.type, r.attributes, number(r.created), number(r.first_taken)}, ""};
  });
  trace.for_each<format::LockEndRecord>([&](uint64_t at, const format::LockEndRecord& r) {
    all[at] = {RecordType::lock_end, {number(r.lock), number(r.where)}, ""};
  });
  trace.for_each<format::ThreadRecord>([&](uint64_t at, const format::ThreadRecord& r) {
    all[at] = {RecordType::thread,
               {r.tid, r.parent_segment, number(r.parent), number(r.created), r.start_routine},
               ""};
  });
  trace.for_each<format::ThreadNameRecord>([&](uint64_t at, const format::ThreadNameRecord& r) {
    all[at] = {RecordType::thread_name, {number(r.thread)}, std::string(TraceReader::text(r.name))};
  });
  trace.for_each<format::ChainRecord>([&](uint64_t at, const format::ChainRecord& r) {
    all[at] = {
        RecordType::chain,
        {number(r.outer), number(r.lock), number(r.stack), number(r.mode), r.more_uses, r.summary, r.count},
        ""};
  });
  trace.for_each<format::UseRecord>([&](uint64_t at, const format::UseRecord& r) {
    all[at] = {
        RecordType::use,
        {number(r.chain), number(r.thread), r.first_segment, r.last_segment, number(r.previous), r.range},
        ""};
  });
  trace.for_each<format::SyncRecord>([&](uint64_t at, const format::SyncRecord& r) {
    all[at] = {RecordType::sync, {number(r.thread), number(r.other), number(r.kind), r.segment}, ""};
  });
  trace.for_each<format::HandoffRecord>([&](uint64_t at, const format::HandoffRecord& r) {
    all[at] = {RecordType::handoff, {number(r.thread), r.segment, number(r.kind), r.value, r.object}, ""};
  });
  trace.for_each<format::EndRecord>([&](uint64_t at, const format::EndRecord& r) {
    all[at] = {RecordType::end, {number(r.reason), static_cast<uint64_t>(int64_t{r.status})}, ""};
  });
  return all;
}

// Records with random content, and the same as plain values.
class RandomTrace {
 public:
  explicit RandomTrace(uint32_t seed) : random_(seed) {}

  void add() {
    const uint64_t at = builder.size();
    model[at] = (this->*kAdders[random_() % std::size(kAdders)])();
  }

  TraceBuilder builder;
  std::map<uint64_t, Plain> model;

 private:
  uint64_t word() { return random_(); }
  uint32_t half() { return static_cast<uint32_t>(random_()); }
  uint8_t byte() { return static_cast<uint8_t>(random_()); }
  std::string text(size_t most) {
    std::string text(random_() % (most + 1), ' ');
    for (char& c : text) c = static_cast<char>('a' + random_() % 26);
    return text;
  }
  template <typename Ref>
  Ref ref() {
    return static_cast<Ref>(half());
  }

  Plain module() {
    format::ModuleRecord r{};
    r.start = word() / 2;
    r.end = r.start + 1 + word() / 2;
    r.load_bias = word();
    r.build_id_length = static_cast<uint8_t>(random_() % 21);
    for (uint8_t& part : r.build_id) part = byte();
    const std::string path = text(40);
    r.path_length = static_cast<uint32_t>(path.size());
    Plain plain{RecordType::module, {r.start, r.end, r.load_bias}, path};
    plain.numbers.insert(plain.numbers.end(), r.build_id, r.build_id + r.build_id_length);
    builder.append<format::ModuleRef>(r, path);
    return plain;
  }

  Plain stack() {
    format::StackRecord r{};
    r.proven = byte();
    r.truncated = byte() % 2;
    r.hash = word();
    std::vector<uint64_t> addresses(random_() % 20);
    for (uint64_t& address : addresses) address = word();
    r.count = static_cast<uint32_t>(addresses.size());
    builder.append<format::StackRef>(r,
                                     {reinterpret_cast<const char*>(addresses.data()), 8 * addresses.size()});
    Plain plain{RecordType::stack, {r.proven, r.truncated, r.hash}, ""};
    plain.numbers.insert(plain.numbers.end(), addresses.begin(), addresses.end());
    return plain;
  }

  Plain lock() {
    format::LockRecord r{};
    r.address = word();
    r.type = byte();
    r.attributes = byte();
    r.created = ref<format::StackRef>();
    r.first_taken = ref<format::StackRef>();
    builder.append<format::LockRef>(r);
    return {
        RecordType::lock, {r.address, r.type, r.attributes, number(r.created), number(r.first_taken)}, ""};
  }

  Plain lock_end() {
    format::LockEndRecord r{};
    r.lock = ref<format::LockRef>();
    r.where = ref<format::StackRef>();
    builder.append<format::LockRef>(r);
    return {RecordType::lock_end, {number(r.lock), number(r.where)}, ""};
  }

  Plain thread() {
    format::ThreadRecord r{};
    r.tid = half();
    r.parent_segment = half();
    r.parent = ref<format::ThreadRef>();
    r.created = ref<format::StackRef>();
    r.start_routine = word();
    builder.append<format::ThreadRef>(r);
    return {RecordType::thread,
            {r.tid, r.parent_segment, number(r.parent), number(r.created), r.start_routine},
            ""};
  }

  Plain thread_name() {
    format::ThreadNameRecord r{};
    r.thread = ref<format::ThreadRef>();
    const std::string name = text(sizeof r.name);  // one that fills the field has no terminator
    std::memcpy(r.name, name.data(), name.size());
    builder.append<format::ThreadRef>(r);
    return {RecordType::thread_name, {number(r.thread)}, name};
  }

  Plain chain() {
    format::ChainRecord r{};
    r.outer = static_cast<format::ChainRef>(random_() % (builder.size() / format::kRecordAlignment));
    r.lock = ref<format::LockRef>();
    r.stack = ref<format::StackRef>();
    r.mode = static_cast<format::AcquireMode>(random_() % 4);
    r.more_uses = byte();
    r.summary = byte();
    r.count = word();
    builder.append<format::ChainRef>(r);
    return {
        RecordType::chain,
        {number(r.outer), number(r.lock), number(r.stack), number(r.mode), r.more_uses, r.summary, r.count},
        ""};
  }

  Plain use() {
    format::UseRecord r{};
    r.chain = ref<format::ChainRef>();
    r.thread = ref<format::ThreadRef>();
    r.first_segment = half();
    r.last_segment = half();
    r.previous = ref<format::UseRef>();
    r.range = half();
    builder.append<format::ChainRef>(r);
    return {RecordType::use,
            {number(r.chain), number(r.thread), r.first_segment, r.last_segment, number(r.previous), r.range},
            ""};
  }

  Plain sync() {
    format::SyncRecord r{};
    r.thread = ref<format::ThreadRef>();
    r.other = ref<format::ThreadRef>();
    r.kind = static_cast<format::SyncKind>(half());
    r.segment = half();
    builder.append<format::ThreadRef>(r);
    return {RecordType::sync, {number(r.thread), number(r.other), number(r.kind), r.segment}, ""};
  }

  Plain handoff() {
    format::HandoffRecord r{};
    r.thread = ref<format::ThreadRef>();
    r.segment = half();
    r.kind = static_cast<format::HandoffKind>(half());
    r.value = half();
    r.object = word();
    builder.append<format::ThreadRef>(r);
    return {RecordType::handoff, {number(r.thread), r.segment, number(r.kind), r.value, r.object}, ""};
  }

  Plain end() {
    format::EndRecord r{};
    r.reason = static_cast<format::EndReason>(half());
    r.status = static_cast<int32_t>(half());
    builder.append<format::ThreadRef>(r);
    return {RecordType::end, {number(r.reason), static_cast<uint64_t>(int64_t{r.status})}, ""};
  }

  static constexpr Plain (RandomTrace::*kAdders[])() = {
      &RandomTrace::module, &RandomTrace::stack,       &RandomTrace::lock,   &RandomTrace::lock_end,
      &RandomTrace::thread, &RandomTrace::thread_name, &RandomTrace::chain,  &RandomTrace::use,
      &RandomTrace::sync,   &RandomTrace::end,         &RandomTrace::handoff};

  std::mt19937_64 random_;
};

// A trace with one record of each type that refers to another: two nested locks.
TraceBuilder nested() {
  TraceBuilder builder;
  const auto thread = builder.thread(4711);
  builder.module("/usr/bin/server", 0x1000, 0x2000);
  const auto stack = builder.stack({0x1010, 0x1020});
  const auto outer = builder.chain({}, builder.lock(0xa000, {}, stack), stack);
  const auto inner = builder.chain(outer, builder.lock(0xb000), stack);
  builder.use(inner, thread);
  builder.end();
  return builder;
}

TEST(TraceReaderTest, WhatGoesInComesOut) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    RandomTrace random(seed);
    for (int i = 0; i < 200; ++i) random.add();
    const TraceReader trace = random.builder.reader();
    EXPECT_TRUE(trace.problems().empty());
    EXPECT_EQ(plain(trace), random.model);
    // In file order, each with its type.
    ASSERT_EQ(trace.records().size(), random.model.size());
    auto expected = random.model.begin();
    for (const uint64_t at : trace.records()) {
      EXPECT_EQ(at, expected->first);
      EXPECT_EQ(trace.type_at(at), (expected++)->second.type);
    }
  }
}

// Traces outlive the program that wrote them: within a version nothing moves. Little endian, offsets by hand.
TEST(TraceReaderTest, VersionOneIsLaidOutLikeThis) {
  std::vector<char> bytes(4096);
  const auto put = [&](size_t at, std::initializer_list<unsigned> values) {
    if (bytes.size() < at + values.size()) bytes.resize(at + values.size());
    for (const unsigned value : values) bytes[at++] = static_cast<char>(value);
  };
  put(0, {'G', 'O', 'R', 'D', 'I', 'A', 'N', '\n', 1, 0, 0, 0, 0, 0x10, 0, 0});
  put(24, {7, 0, 0, 0, 5});  // pid, parent
  put(48, {0x80, 0x10});     // tail
  put(64, {9});              // acquisitions
  put(80, {3});              // dropped[0]
  put(336, {'x'});           // executable
  put(2904, {11});           // run
  put(2912, {12});           // boot
  put(2920, {13});           // shared_locks
  put(4096, {32, 0, 0, 0, 3, 0, 2, 0, 0x34, 0x12, 0, 0, 0, 0, 0, 0,
             0,  1, 3, 0, 4, 0, 0, 0, 5,    0,    0, 0, 0, 0, 0, 0});
  put(4128,
      {32, 0, 0, 0, 7, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 6, 0, 0, 0, 2, 1, 4, 0, 0x11, 0, 0, 0, 0, 0, 0, 0});
  put(4160,
      {32, 0, 0, 0, 8, 0, 2, 0, 4, 2, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0});
  put(4192, {32, 0, 0, 0, 16, 0, 2, 0, 1,    2,    0, 0, 5, 0, 0, 0,
             3,  0, 0, 0, 6,  0, 0, 0, 0x34, 0x12, 0, 0, 0, 0, 0, 0});
  const TraceReader trace = read(bytes);
  EXPECT_TRUE(trace.problems().empty());
  EXPECT_EQ(trace.header().run, 11U);
  EXPECT_EQ(trace.header().boot, 12U);
  EXPECT_EQ(trace.header().shared_locks, 13U);
  EXPECT_EQ(trace.header().pid, 7U);
  EXPECT_EQ(trace.header().parent_pid, 5U);
  EXPECT_EQ(trace.header().acquisitions, 9U);
  EXPECT_EQ(trace.header().dropped[0], 3U);
  EXPECT_EQ(TraceReader::text(trace.header().executable), "x");
  const std::map<uint64_t, Plain> expected = {{4096, {RecordType::lock, {0x1234, 1, 3, 4, 5}, ""}},
                                              {4128, {RecordType::chain, {0, 512, 6, 2, 1, 4, 0x11}, ""}},
                                              {4160, {RecordType::use, {516, 1, 2, 3, 9, 8}, ""}},
                                              {4192, {RecordType::handoff, {513, 5, 3, 6, 0x1234}, ""}}};
  EXPECT_EQ(plain(trace), expected);
}

TEST(TraceReaderTest, ReadsAFileThatIsLongerThanItsTail) {
  TraceBuilder builder = nested();
  std::vector<char> bytes = builder.bytes();
  bytes.resize(64 << 10);  // as the recorder leaves it: backed in advance
  const TraceReader trace = read(bytes);
  EXPECT_TRUE(trace.problems().empty());
  EXPECT_EQ(plain(trace), plain(builder.reader()));
}

TEST(TraceReaderTest, TruncatedAnywhereItSaysSoAndGivesWhatIsWhole) {
  const TraceBuilder builder = nested();
  const std::map<uint64_t, Plain> whole = plain(builder.reader());
  for (size_t length = 0; length < builder.size(); ++length) {
    const std::vector<char> bytes(builder.bytes().begin(),
                                  builder.bytes().begin() + static_cast<ptrdiff_t>(length));
    if (length < format::kHeaderSize) {
      rejection(bytes);
      continue;
    }
    const TraceReader trace = read(bytes);
    ASSERT_EQ(trace.problems().size(), 1U) << length;
    expect_sentence(trace.problems()[0]);
    EXPECT_TRUE(
        mentions(trace.problems()[0], std::to_string(builder.size() - length) + " bytes are missing"));
    std::map<uint64_t, Plain> expected;
    for (auto record = whole.begin(); record != whole.end(); ++record) {
      const auto next = std::next(record);
      if ((next != whole.end() ? next->first : builder.size()) <= length) expected.insert(*record);
    }
    EXPECT_EQ(plain(trace), expected) << length;
  }
}

TEST(TraceReaderTest, RejectsAHeaderItCannotTrust) {
  const TraceBuilder sound = nested();
  const auto with = [&](const std::function<void(format::FileHeader&)>& change) {
    TraceBuilder builder = sound;
    change(builder.header());
    return rejection(builder.bytes());
  };
  EXPECT_TRUE(mentions(rejection({}), "is empty"));
  EXPECT_TRUE(mentions(rejection({'G', 'O', 'R'}), "ends after 3 bytes, inside its header"));
  EXPECT_TRUE(mentions(rejection(std::vector<char>(format::kHeaderSize)), "has no header yet"));
  EXPECT_TRUE(mentions(with([](auto& head) { head.magic[3] = 'x'; }), "is not a Gordian trace"));
  EXPECT_TRUE(mentions(with([](auto& head) { head.version = 2; }),
                       "has format version 2, this gordian reads 1 to 1"));
  EXPECT_TRUE(mentions(with([](auto& head) { head.version = 0; }), "has format version 0"));
  EXPECT_TRUE(mentions(with([](auto& head) { head.header_size = 4095; }), "has a damaged header"));
  EXPECT_TRUE(
      mentions(with([](auto& head) { head.tail = format::kHeaderSize - 1; }), "has a damaged header"));
  EXPECT_TRUE(mentions(with([](auto& head) { head.tail = 0; }), "has a damaged header"));
}

TEST(TraceReaderTest, RejectsWhatIsNoFile) {
  EXPECT_THROW(TraceReader(std::filesystem::path("/nowhere/at/all.gordian")), BadTrace);
  try {
    const TraceReader trace{std::filesystem::temp_directory_path()};
    FAIL();
  } catch (const BadTrace& bad) {
    EXPECT_TRUE(mentions(bad.what(), "is a directory"));
  }
}

TEST(TraceReaderTest, TailBeyondTheFileIsALossNotAnError) {
  TraceBuilder builder = nested();
  builder.header().tail += 1000;
  const TraceReader trace = builder.reader();
  ASSERT_EQ(trace.problems().size(), 1U);
  EXPECT_TRUE(mentions(trace.problems()[0], "1000 bytes are missing at its end"));
  EXPECT_EQ(plain(trace), plain(nested().reader()));
}

TEST(TraceReaderTest, SkipsWhatWasNeverCommitted) {
  TraceBuilder builder;
  const auto before = builder.lock(0xa000);
  format::LockRecord torn{};
  builder.append<format::LockRef>(torn, {}, format::RecordState::claimed);
  const auto after = builder.lock(0xb000);
  const TraceReader trace = builder.reader();
  EXPECT_TRUE(trace.problems().empty()) << "a killed thread is no damage";
  ASSERT_EQ(trace.records().size(), 2U);
  EXPECT_EQ(trace.records()[0], TraceBuilder::offset(before));
  EXPECT_EQ(trace.records()[1], TraceBuilder::offset(after));
}

TEST(TraceReaderTest, SkipsRecordsOfUnknownType) {
  TraceBuilder builder;
  const auto unknown = builder.lock(0xa000);
  const auto known = builder.lock(0xb000);
  builder.head_of(TraceBuilder::offset(unknown)).type = static_cast<RecordType>(99);
  const TraceReader trace = builder.reader();
  EXPECT_TRUE(trace.problems().empty()) << "a later gordian may have more to say";
  ASSERT_EQ(trace.records().size(), 1U);
  EXPECT_EQ(trace.records()[0], TraceBuilder::offset(known));
}

TEST(TraceReaderTest, StopsAtASizeThatCannotBe) {
  for (const uint32_t size : {0U, 4U, 7U, 12U, 41U, 1000U, 0xfffffff8U}) {
    TraceBuilder builder;
    const auto sound = builder.lock(0xa000);
    const auto damaged = builder.lock(0xb000);
    builder.lock(0xc000);
    builder.head_of(TraceBuilder::offset(damaged)).size = size;
    const TraceReader trace = builder.reader();
    ASSERT_EQ(trace.records().size(), 1U) << size;
    EXPECT_EQ(trace.records()[0], TraceBuilder::offset(sound));
    ASSERT_EQ(trace.problems().size(), 1U) << size;
    expect_sentence(trace.problems()[0]);
    EXPECT_TRUE(
        mentions(trace.problems()[0], "damaged at byte 4128; the 64 bytes from there on were not used"));
  }
}

TEST(TraceReaderTest, ATailInsideARecordIsDamage) {
  for (const uint64_t short_by : {uint64_t{1}, uint64_t{8}, uint64_t{31}}) {
    TraceBuilder builder;
    builder.lock(0xa000);
    builder.lock(0xb000);
    builder.header().tail -= short_by;
    const TraceReader trace = builder.reader();
    EXPECT_EQ(trace.records().size(), 1U);
    ASSERT_EQ(trace.problems().size(), 1U) << short_by;
    EXPECT_TRUE(mentions(trace.problems()[0], "damaged at byte 4128"));
  }
}

TEST(TraceReaderTest, LeavesOutARecordThatContradictsItself) {
  const auto rejects = [](const char* what, const auto& add) {
    TraceBuilder builder;
    builder.lock(0xa000);
    add(builder);
    builder.lock(0xb000);
    const TraceReader trace = builder.reader();
    EXPECT_EQ(trace.records().size(), 2U) << what;
    ASSERT_EQ(trace.problems().size(), 1U) << what;
    EXPECT_TRUE(mentions(trace.problems()[0], "1 damaged records were not used")) << trace.problems()[0];
  };
  rejects("a stack longer than its record", [](TraceBuilder& builder) {
    format::StackRecord r{};
    r.count = 2;
    builder.append<format::StackRef>(r, "12345678");
  });
  rejects("a path longer than its record", [](TraceBuilder& builder) {
    format::ModuleRecord r{};
    r.end = 1;
    r.path_length = 9;
    builder.append<format::ModuleRef>(r, "12345678");
  });
  rejects("a build id longer than its field", [](TraceBuilder& builder) {
    format::ModuleRecord r{};
    r.end = 1;
    r.build_id_length = 21;
    builder.append<format::ModuleRef>(r);
  });
  rejects("a module that covers nothing",
          [](TraceBuilder& builder) { builder.module("/lib/a.so", 0x2000, 0x2000); });
  rejects("a record shorter than its type", [](TraceBuilder& builder) {
    const uint64_t at = builder.size();
    builder.join({}, {}, 0);
    builder.head_of(at).type = RecordType::thread;
  });
  rejects("a lock of unknown kind", [](TraceBuilder& builder) {
    format::LockRecord r{};
    r.kind = static_cast<format::LockKind>(200);
    builder.append<format::LockRef>(r);
  });
  rejects("a mode that is none",
          [](TraceBuilder& builder) { builder.chain({}, {}, {}, 1, static_cast<format::AcquireMode>(4)); });
  rejects("a chain inside itself", [](TraceBuilder& builder) {
    builder.chain(static_cast<format::ChainRef>(builder.size() / format::kRecordAlignment), {});
  });
  rejects("a chain inside a later one",
          [](TraceBuilder& builder) { builder.chain(static_cast<format::ChainRef>(0xffffffff), {}); });
}

TEST(TraceReaderTest, HeaderTextNeedsNoTerminator) {
  TraceBuilder builder;
  std::memset(builder.header().executable, 'a', sizeof builder.header().executable);
  const TraceReader trace = builder.reader();
  EXPECT_EQ(TraceReader::text(trace.header().executable),
            std::string(sizeof builder.header().executable, 'a'));
}

}  // namespace
}  // namespace gordian
