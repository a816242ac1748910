// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/hot_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace gordian::hook {
namespace {

using format::SlotState;
using format::ThreadSlot;

class HotFileTest : public testing::Test {
 protected:
  HotFileTest() {
    const std::string name = "gordian-test-" + std::to_string(getpid()) + ".hot";
    created_ = hot_->create(name.c_str(), std::filesystem::temp_directory_path().c_str(), 1);
  }
  ~HotFileTest() override { hot_->file().remove(); }
  void SetUp() override { ASSERT_TRUE(created_); }

  HotFile& hot() { return *hot_; }

 private:
  std::unique_ptr<HotFile> hot_ = std::make_unique<HotFile>();  // too large for a stack
  bool created_;
};

// Marks a slot, its held array included, for one owner, and notices whether anybody else does.
class Ownership {
 public:
  Ownership(HotFile& hot, ThreadSlot* slot, uint64_t owner) : hot_(hot), slot_(slot), owner_(owner) {
    EXPECT_EQ(mark().exchange(owner), 0U) << "taken while another thread had it";
    sign_entries();
  }
  ~Ownership() {
    check();
    EXPECT_EQ(mark().exchange(0), owner_) << "somebody took it meanwhile";
  }
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  void grow() {
    const uint64_t before = slot_->held_capacity;
    ASSERT_TRUE(hot_.grow_held(slot_, static_cast<uint32_t>(before)));
    EXPECT_GE(slot_->held_capacity, 2 * before - 1);
    for (uint64_t i = 0; i < before; ++i) ASSERT_EQ(hot_.held_of(slot_)[i].lock, owner_) << "not taken along";
    sign_entries();
  }

  void check() {
    for (uint64_t i = 0; i < slot_->held_capacity; ++i) ASSERT_EQ(hot_.held_of(slot_)[i].lock, owner_);
    EXPECT_EQ(load(slot_->state), SlotState::live);
  }

 private:
  std::atomic_ref<uint64_t> mark() { return std::atomic_ref(slot_->private_[0]); }
  void sign_entries() {
    for (uint64_t i = 0; i < slot_->held_capacity; ++i) hot_.held_of(slot_)[i].lock = owner_;
  }

  HotFile& hot_;
  ThreadSlot* slot_;
  uint64_t owner_;
};

TEST_F(HotFileTest, NoSlotEverHasTwoOwners) {
  constexpr uint64_t kThreads = 8;
  std::vector<std::thread> threads;
  for (uint64_t thread = 1; thread <= kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (uint64_t round = 1; round <= 2'000; ++round) {
        ThreadSlot* slots[3];
        std::optional<Ownership> owned[3];
        const uint64_t count = 1 + (round * thread) % 3;
        for (uint64_t i = 0; i < count; ++i) {
          slots[i] = hot().take();
          ASSERT_NE(slots[i], nullptr);
          owned[i].emplace(hot(), slots[i], thread << 32 | round << 2 | i);
          if (round % 500 == 0) owned[i]->grow();
        }
        for (uint64_t i = 0; i < count; ++i) {
          owned[i].reset();
          hot().give_back(slots[i]);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<ThreadSlot*> seen;
  hot().for_each([&](ThreadSlot& slot) {
    EXPECT_TRUE(seen.insert(&slot).second) << "visited twice";
    EXPECT_EQ(load(slot.state), SlotState::free);
  });
  EXPECT_LE(seen.size(), 10 * kThreads) << "slots that were given back are not used again";
}

// Arrays grown side by side do not overlap: each is written whole before any is checked.
TEST_F(HotFileTest, HeldArraysKeepApart) {
  std::vector<std::unique_ptr<Ownership>> owned;
  std::vector<ThreadSlot*> slots;
  for (uint64_t owner = 1; owner <= 50; ++owner) {
    slots.push_back(hot().take());
    ASSERT_NE(slots.back(), nullptr);
    owned.push_back(std::make_unique<Ownership>(hot(), slots.back(), owner));
  }
  for (int round = 0; round < 4; ++round) {
    for (auto& one : owned) one->grow();
  }
  for (auto& one : owned) one->check();
  EXPECT_GE(slots[0]->held_capacity, 512U);
}

// A thread runs destructors after the last that the hook can know of: its slot waits for it to be gone.
TEST_F(HotFileTest, ASlotIsNotReusedBeforeItsThreadIsGone) {
  ThreadSlot* slot = hot().take();
  ASSERT_NE(slot, nullptr);
  slot->tid = static_cast<uint32_t>(gettid());
  hot().end(slot);
  ThreadSlot* other = hot().take();
  EXPECT_NE(other, slot);

  ThreadSlot* of_thread = nullptr;
  std::thread([&] {
    of_thread = hot().take();
    of_thread->tid = static_cast<uint32_t>(gettid());
    hot().end(of_thread);
  }).join();
  EXPECT_EQ(hot().take(), of_thread);
}

TEST_F(HotFileTest, FullItSaysSo) {
  size_t taken = 0;
  while (hot().take() != nullptr) ASSERT_LE(++taken, 1U << 20);
  EXPECT_GE(taken, 10'000U);
  EXPECT_EQ(hot().take(), nullptr);
}

}  // namespace
}  // namespace gordian::hook
