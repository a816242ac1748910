// SPDX-License-Identifier: Apache-2.0
//
// Appending to the record file: by many threads at once, up to every limit, and by a process that is killed
// at any instant. What the reader gives afterwards is compared with what the writers know they wrote.
#include "runtime-hook/record_file.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/format/trace_reader.h"

namespace gordian::hook {
namespace {

using format::RecordType;
using format::StackRecord;
using format::StackRef;

// Every record is a stack whose words follow from its writer and number, so that a torn, doubled or
// overwritten one shows.
constexpr size_t kMostWords = 200;

uint64_t word_of(uint64_t writer, uint64_t number, uint64_t place) {
  return writer << 48 | number << 16 | place;
}
size_t words_of(uint64_t writer, uint64_t number) {
  return (writer * 31 + number * 17) % kMostWords;
}

StackRef append(RecordFile& file, uint64_t writer, uint64_t number) {
  const size_t words = words_of(writer, number);
  return file.append<StackRef, StackRecord>(RecordType::stack, words * sizeof(uint64_t),
                                            [&](StackRecord& record, char* behind) {
                                              record.count = static_cast<uint32_t>(words);
                                              record.hash = word_of(writer, number, 0xffff);
                                              for (size_t i = 0; i < words; ++i) {
                                                const uint64_t word = word_of(writer, number, i);
                                                std::memcpy(behind + i * sizeof word, &word, sizeof word);
                                              }
                                            });
}

// Offsets by content. Fails on a record that is damaged or there twice.
std::map<uint64_t, uint64_t> contents(const TraceReader& trace) {
  std::map<uint64_t, uint64_t> found;
  trace.for_each<StackRecord>([&](uint64_t offset, const StackRecord& record) {
    const uint64_t writer = record.hash >> 48;
    const uint64_t number = record.hash >> 16 & 0xffffffff;
    const auto words = trace.return_addresses(record);
    EXPECT_EQ(words.size(), words_of(writer, number));
    for (size_t i = 0; i < words.size(); ++i) ASSERT_EQ(words[i], word_of(writer, number, i)) << offset;
    EXPECT_TRUE(found.emplace(record.hash, offset).second) << "there twice";
  });
  return found;
}

class RecordFileTest : public testing::Test {
 protected:
  RecordFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gordian-test-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~RecordFileTest() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name = "a") const {
    return (directory_ / (name + ".gordian")).string();
  }

  // Runs `body` in a process of its own; what it returns. A crash fails the test.
  template <typename Body>
  static int in_child(Body body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    return WEXITSTATUS(status);
  }

 private:
  std::filesystem::path directory_;
};

constexpr uint64_t kWriters = 8;

// Each writer appends `each` records; the references they got, none where there was no room.
std::array<std::vector<StackRef>, kWriters> write_at_once(RecordFile& file, uint64_t each) {
  std::array<std::vector<StackRef>, kWriters> given;
  std::vector<std::thread> threads;
  for (uint64_t writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (uint64_t number = 0; number < each; ++number)
        given[writer].push_back(append(file, writer, number));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return given;
}

// Nothing but the records whose append gave a reference, each where that said. Returns how many got none.
uint64_t check(const TraceReader& trace, const std::array<std::vector<StackRef>, kWriters>& given) {
  EXPECT_TRUE(trace.problems().empty());
  const std::map<uint64_t, uint64_t> found = contents(trace);
  uint64_t refused = 0;
  uint64_t written = 0;
  uint64_t lost = 0;
  for (uint64_t writer = 0; writer < kWriters; ++writer) {
    for (uint64_t number = 0; number < given[writer].size(); ++number) {
      const StackRef ref = given[writer][number];
      const auto record = found.find(word_of(writer, number, 0xffff));
      if (ref == StackRef::none) {
        ++refused;
        EXPECT_EQ(record, found.end());
        continue;
      }
      ++written;
      if (record == found.end()) {
        ++lost;
      } else {
        EXPECT_EQ(record->second, uint64_t{static_cast<uint32_t>(ref)} * format::kRecordAlignment);
      }
    }
  }
  EXPECT_EQ(lost, 0U);
  EXPECT_EQ(found.size(), written - lost);
  return refused;
}

TEST_F(RecordFileTest, EveryRecordOfEightThreadsIsThereOnce) {
  RecordFile file;
  ASSERT_EQ(file.create(path().c_str(), 256 << 20, 1), 0);
  const auto given = write_at_once(file, 3'000);
  EXPECT_EQ(check(TraceReader(std::filesystem::path(path())), given), 0U);
}

TEST_F(RecordFileTest, AtItsSizeLimitItCountsWhatItDrops) {
  RecordFile file;
  constexpr uint64_t kLimit = 1 << 20;
  ASSERT_EQ(file.create(path().c_str(), kLimit, 1), 0);
  const auto given = write_at_once(file, 1'000);
  const TraceReader trace{std::filesystem::path(path())};
  const uint64_t refused = check(trace, given);
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(trace.header().dropped[static_cast<size_t>(format::Dropped::trace_full)], refused);
  EXPECT_LE(std::filesystem::file_size(path()), kLimit);
  EXPECT_GT(trace.header().tail, kLimit - 2 * 8 * kMostWords) << "there was room left";
}

// A store beyond RLIMIT_FSIZE would be a SIGXFSZ in the program under test.
TEST_F(RecordFileTest, AtTheProcessFileSizeLimitItCountsWhatItDrops) {
  const int failed = in_child([&] {
    const rlimit limit = {1 << 20, 1 << 20};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    RecordFile file;
    if (file.create(path().c_str(), 256 << 20, 1) != 0) return 3;
    const auto given = write_at_once(file, 1'000);
    const TraceReader trace{std::filesystem::path(path())};
    const uint64_t refused = check(trace, given);
    EXPECT_GT(refused, 0U);
    EXPECT_EQ(trace.header().dropped[static_cast<size_t>(format::Dropped::trace_full)], refused);
    return HasFailure() ? 1 : 0;
  });
  EXPECT_EQ(failed, 0);
}

// As on file systems that cannot preallocate: the zeros written instead must not land on records of other
// threads.
TEST_F(RecordFileTest, WithoutPreallocationNothingIsOverwritten) {
  const int failed = in_child([&] {
    sock_filter no_fallocate[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fallocate, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {static_cast<unsigned short>(std::size(no_fallocate)), no_fallocate};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
      return 77;
    }
    for (int round = 0; round < 20 && !HasFailure(); ++round) {
      RecordFile file;
      if (file.create(path(std::to_string(round)).c_str(), 64 << 20, 1) != 0) return 3;
      const auto given = write_at_once(file, 500);
      EXPECT_EQ(check(TraceReader(std::filesystem::path(file.file().path())), given), 0U);
    }
    return HasFailure() ? 1 : 0;
  });
  if (failed == 77) GTEST_SKIP() << "no seccomp here";
  EXPECT_EQ(failed, 0);
}

// What a process that will be killed tells, in memory that outlives it.
struct Told {
  static constexpr uint64_t kWriters = 4;
  static constexpr uint64_t kMost = 20'000;
  std::atomic<uint64_t> count[kWriters];  // records whose append has returned
  StackRef refs[kWriters][kMost];
};

void write_until_killed(const std::string& path, Told& told) {
  RecordFile file;
  if (file.create(path.c_str(), 256 << 20, 1) != 0) _exit(1);
  const auto write = [&](uint64_t writer) {
    for (uint64_t number = 0; number < Told::kMost; ++number) {
      told.refs[writer][number] = append(file, writer, number);
      told.count[writer].store(number + 1, std::memory_order_release);
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t writer = 0; writer < Told::kWriters; ++writer) threads.emplace_back(write, writer);
  for (std::thread& thread : threads) thread.join();
  for (;;) pause();
}

TEST_F(RecordFileTest, KilledAtAnyInstantItKeepsWhatWasAppended) {
  void* memory = mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  std::mt19937 random(1);
  uint64_t claimed_only = 0;
  for (uint64_t round = 0; round < 200 && !HasFailure(); ++round) {
    auto& told = *new (memory) Told();
    const std::string file = path(std::to_string(round));
    const pid_t child = fork();
    if (child == 0) write_until_killed(file, told);
    // A moment chosen by what it has done, not by a clock.
    const uint64_t moment = random() % 400;
    while (told.count[round % Told::kWriters].load(std::memory_order_acquire) < moment) {
      ASSERT_EQ(waitpid(child, nullptr, WNOHANG), 0);
      sched_yield();
    }
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    if (moment == 0 && !std::filesystem::exists(file)) continue;

    uint64_t told_count = 0;
    for (const auto& count : told.count) told_count += count;
    try {
      const TraceReader trace{std::filesystem::path(file)};
      EXPECT_TRUE(trace.problems().empty()) << trace.problems()[0];
      const std::map<uint64_t, uint64_t> found = contents(trace);
      for (uint64_t writer = 0; writer < Told::kWriters; ++writer) {
        for (uint64_t number = 0; number < told.count[writer]; ++number) {
          const auto record = found.find(word_of(writer, number, 0xffff));
          ASSERT_NE(record, found.end()) << "lost: record " << number << " of writer " << writer;
          ASSERT_EQ(record->second, uint64_t{static_cast<uint32_t>(told.refs[writer][number])} * 8);
        }
      }
      // At most one record a thread was appended and not yet told.
      EXPECT_LE(found.size(), told_count + Told::kWriters);
      uint64_t at = format::kHeaderSize;
      for (const uint64_t offset : trace.records()) {
        if (offset != at) ++claimed_only;
        at = offset + trace.at<format::RecordHeader>(offset).size;
      }
    } catch (const BadTrace& bad) {
      EXPECT_EQ(told_count, 0U) << bad.what();  // killed while it was made
    }
    std::filesystem::remove(file);
  }
  EXPECT_GT(claimed_only, 0U) << "no kill ever hit a writer inside a record";
  munmap(memory, sizeof(Told));
}

}  // namespace
}  // namespace gordian::hook
