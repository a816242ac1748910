// SPDX-License-Identifier: Apache-2.0
//
// HotReader on files made by hand, sound and not.
#include "core/format/hot_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/format/trace_reader.h"

namespace gordian {
namespace {

using format::HeldEntry;
using format::kSlotSize;
using format::LockKind;
using format::SlotState;
using format::ThreadSlot;
using format::WaitKind;

constexpr uint64_t kNonce = 0x1234'5678'9abc'def0;

class HotReaderTest : public testing::Test {
 protected:
  HotReaderTest() : bytes_(kSlotSize) {
    std::memcpy(header().magic, format::kHotMagic, sizeof format::kHotMagic);
    header().version = format::kVersion;
    header().slot_size = kSlotSize;
    header().nonce = kNonce;
  }
  ~HotReaderTest() override { std::filesystem::remove(path_); }

  format::HotHeader& header() { return at<format::HotHeader>(0); }
  template <typename T>
  T& at(uint64_t offset) {
    return *reinterpret_cast<T*>(bytes_.data() + offset);
  }

  // Good until the next page.
  ThreadSlot& add_slot(uint32_t tid) {
    const uint64_t offset = add_page();
    ThreadSlot& slot = at<ThreadSlot>(offset);
    slot.state = SlotState::live;
    slot.tid = tid;
    slot.thread = static_cast<format::ThreadRef>(1000 + tid);
    slot.previous = header().last_slot;
    slot.held = offset + format::kInlineHeldOffset;
    slot.bottom = slot.top = 0x7000'0000;
    header().last_slot = offset;
    return slot;
  }
  uint64_t add_page() {
    const uint64_t offset = bytes_.size();
    bytes_.resize(offset + kSlotSize);
    header().slots_end = bytes_.size();
    return offset;
  }

  HeldEntry& hold(ThreadSlot& slot, uint64_t lock) {
    auto& entry = at<HeldEntry>(slot.held + (slot.top - slot.bottom));
    slot.top += sizeof entry;
    entry.lock = lock;
    entry.recursion = 1;
    return entry;
  }

  // Three threads, one of which waits; what one holds has outgrown its slot.
  void fill() {
    ThreadSlot& first = add_slot(1);
    hold(first, 0x100).id = format::LockRef{77};
    hold(first, 0);
    HeldEntry& second = hold(first, 0x200);
    second.kind = LockKind::rwlock;
    second.shared = format::kReadLock;
    second.recursion = 3 | ~format::kTimesTaken;
    second.private_[format::kPathWord] = 0xabc;
    add_slot(2);
    const uint64_t outside = add_page();
    auto& grown = at<ThreadSlot>(2 * kSlotSize);
    grown.held = outside;
    for (uint64_t lock = 1; lock <= 40; ++lock) hold(grown, 0x1000 * lock);
    grown.state = SlotState::ending;
    ThreadSlot& waiting = add_slot(3);
    waiting.waiting = WaitKind::lock;
    waiting.waiting_for = 0x100;
    waiting.waiting_with = 1;
    waiting.waiting_lock = LockKind::semaphore;
    waiting.waiting_mode = format::AcquireMode::timed;
    waiting.waiting_flags = format::kWaitsForHolder;
    waiting.waiting_since_ns = 99;
    waiting.waiting_stack = format::StackRef{55};
    waiting.waits = 12;
  }

  void write() const {
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    file.write(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
  }
  std::vector<HotThread> read_written(uint64_t nonce = kNonce) const {
    return HotReader(path_, nonce).threads();
  }
  std::vector<HotThread> read() const {
    write();
    return read_written();
  }
  // Empty: no BadTrace.
  std::string problem(uint64_t nonce = kNonce) const {
    write();
    return problem_of_written(nonce);
  }
  std::string problem_of_written(uint64_t nonce = kNonce) const {
    try {
      check(read_written(nonce));
      return "";
    } catch (const BadTrace& bad) {
      return std::string(bad.what()).substr(path_.size() + 2);
    }
  }

  // What holds of whatever the file says.
  void check(const std::vector<HotThread>& threads) const {
    EXPECT_LE(threads.size(), bytes_.size() / kSlotSize);
    for (const HotThread& thread : threads) {
      EXPECT_LE(thread.wait.kind, WaitKind::thread);
      EXPECT_LT(static_cast<uint32_t>(thread.wait.lock_kind), format::kLockKinds);
      EXPECT_LE(thread.held.size(), bytes_.size() / sizeof(HeldEntry));
      for (const HotLock& held : thread.held) {
        EXPECT_NE(held.address, 0U);
        EXPECT_LT(static_cast<uint32_t>(held.kind), format::kLockKinds);
      }
    }
  }

  const std::string path_ = testing::TempDir() + "gordian-hot-reader-" + std::to_string(getpid()) + ".hot";
  std::vector<char> bytes_;
};

TEST_F(HotReaderTest, ReadsThreadsNewestFirst) {
  fill();
  const std::vector<HotThread> threads = read();
  ASSERT_EQ(threads.size(), 3U);
  EXPECT_EQ(threads[0].tid, 3U);
  EXPECT_EQ(threads[0].thread, format::ThreadRef{1003});
  EXPECT_FALSE(threads[0].ending);
  EXPECT_EQ(threads[0].wait, (HotWait{WaitKind::lock, 0x100, 1, LockKind::semaphore, true,
                                      format::kWaitsForHolder, 99, format::StackRef{55}, 12}));
  EXPECT_TRUE(threads[0].held.empty());
  EXPECT_EQ(threads[1].tid, 2U);
  EXPECT_TRUE(threads[1].ending);
  EXPECT_EQ(threads[1].wait.kind, WaitKind::nothing);
  EXPECT_EQ(threads[2].tid, 1U);
}

TEST_F(HotReaderTest, ReadsWhatIsHeldInTheSlotAndOutside) {
  fill();
  const std::vector<HotThread> threads = read();
  const std::vector<HotLock>& inside = threads.at(2).held;
  ASSERT_EQ(inside.size(), 2U) << "another thread released the second";
  EXPECT_EQ(inside[0].address, 0x100U);
  EXPECT_EQ(inside[0].id, format::LockRef{77});
  EXPECT_EQ(inside[0].kind, LockKind::mutex);
  EXPECT_FALSE(inside[0].shared);
  EXPECT_EQ(inside[1].address, 0x200U);
  EXPECT_EQ(inside[1].kind, LockKind::rwlock);
  EXPECT_TRUE(inside[1].shared);
  EXPECT_EQ(inside[1].recursion, 3U);
  EXPECT_EQ(inside[1].path, 0xabcU);
  const std::vector<HotLock>& outside = threads.at(1).held;
  ASSERT_EQ(outside.size(), 40U);
  EXPECT_EQ(outside.back().address, 0x28000U);
}

TEST_F(HotReaderTest, AFreeSlotIsLeftOutButNotThoseBeforeIt) {
  fill();
  at<ThreadSlot>(header().last_slot).state = SlotState::free;
  EXPECT_EQ(read().size(), 2U);
}

TEST_F(HotReaderTest, AnotherFileIsBadTrace) {
  fill();
  EXPECT_EQ(problem(), "");
  EXPECT_EQ(problem(kNonce + 1), "belongs to another trace");
  header().version = format::kVersion + 1;
  EXPECT_EQ(problem(), "has a version that this gordian cannot read");
  header().version = format::kVersion;
  header().slot_size = 2 * kSlotSize;
  EXPECT_EQ(problem(), "has a version that this gordian cannot read");
  bytes_[0] = 'X';
  EXPECT_EQ(problem(), "is not a hot file of Gordian's");
  std::filesystem::remove(path_);
  EXPECT_EQ(problem_of_written(), "cannot be opened (No such file or directory)");
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(problem_of_written(), "is not a hot file of Gordian's");
}

TEST_F(HotReaderTest, AFileCutAnywhereIsReadAsFarAsItGoes) {
  fill();
  write();
  size_t threads = 3;
  for (uint64_t size = bytes_.size(); size-- > 0;) {
    if (size % kSlotSize > 512 && size % 64 > 1) continue;  // where one byte more or less is like another
    std::filesystem::resize_file(path_, size);
    if (size < sizeof(format::HotHeader)) {
      ASSERT_EQ(problem_of_written(), "is not a hot file of Gordian's") << size;
      continue;
    }
    const std::vector<HotThread> left = read_written();
    ASSERT_LE(left.size(), threads) << size;
    check(left);
    threads = left.size();
  }
  EXPECT_EQ(threads, 0U) << "the newest is the last";
}

// ---- contents that cannot be

TEST_F(HotReaderTest, SlotsInACircleAreReadOnce) {
  fill();
  at<ThreadSlot>(kSlotSize).previous = header().last_slot;
  EXPECT_EQ(read().size(), 3U);
  at<ThreadSlot>(kSlotSize).previous = kSlotSize;
  EXPECT_EQ(read().size(), 3U);
}

TEST_F(HotReaderTest, AllTogetherHoldNoMoreThanTheFileHasRoomFor) {
  constexpr uint32_t kThreads = 64;
  constexpr uint64_t kEntries = kThreads * kSlotSize / sizeof(HeldEntry);
  for (uint32_t i = 0; i < kThreads; ++i) add_slot(i);
  const uint64_t area = add_page();
  bytes_.resize(area + kThreads * kSlotSize);
  for (uint64_t i = 0; i < kEntries; ++i) at<HeldEntry>(area + i * sizeof(HeldEntry)).lock = 0x100;
  for (uint64_t offset = kSlotSize; offset < area; offset += kSlotSize) {
    at<ThreadSlot>(offset).held = area;
    at<ThreadSlot>(offset).top += kEntries * sizeof(HeldEntry);
  }
  const std::vector<HotThread> threads = read();
  ASSERT_EQ(threads.size(), kThreads);
  size_t held = 0;
  for (const HotThread& thread : threads) held += thread.held.size();
  EXPECT_GE(held, kEntries);
  EXPECT_LE(held, 4 * bytes_.size() / sizeof(HeldEntry)) << "each is looked at four times at most";
}

TEST_F(HotReaderTest, KindsThatThereAreNotAreNothing) {
  fill();
  at<ThreadSlot>(header().last_slot).waiting_lock = LockKind{format::kLockKinds};
  at<HeldEntry>(kSlotSize + format::kInlineHeldOffset).kind = LockKind{format::kLockKinds};
  const std::vector<HotThread> threads = read();
  EXPECT_EQ(threads.at(0).wait, HotWait{});
  EXPECT_EQ(threads.at(2).held.size(), 1U);
  at<ThreadSlot>(header().last_slot).waiting_lock = LockKind::mutex;
  at<ThreadSlot>(header().last_slot).waiting = WaitKind{5};
  EXPECT_EQ(read().at(0).wait, HotWait{});
}

TEST_F(HotReaderTest, ARandomlySpoiltFileIsReadOrRefused) {
  fill();
  const std::vector<char> sound = bytes_;
  std::mt19937 random(20260118);
  const auto below = [&](size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
  };
  size_t refused = 0;
  for (int round = 0; round < 2'000; ++round) {
    bytes_ = sound;
    for (size_t change = 0; change <= below(8); ++change) {
      // Where the fields are; the rest of each page is empty.
      const size_t offset = below(bytes_.size() / kSlotSize) * kSlotSize + below(512) / 4 * 4;
      const uint64_t some[] = {random(), 0, ~uint64_t{0}, below(8), below(8) * kSlotSize};
      std::memcpy(bytes_.data() + offset, &some[below(5)], sizeof *some);
    }
    refused += problem().empty() ? 0U : 1U;
    ASSERT_FALSE(HasFailure()) << round;
  }
  EXPECT_GT(refused, 20U);
  EXPECT_LT(refused, 1'000U);
}

}  // namespace
}  // namespace gordian
