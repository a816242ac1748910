// SPDX-License-Identifier: Apache-2.0
//
// The hook's table against a set: what was entered is found where it was entered, nothing else is found, no
// key is there twice whatever threads do, and memory is touched in proportion to what was entered.
#include "runtime-hook/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

namespace gordian::hook {
namespace {

struct Entry {
  uint64_t key;
  uint64_t value;
};

constexpr uint32_t kBits = 14;
using Tested = Table<Entry, &Entry::key, kBits>;

enum class Keys { random, with_fixed_bits, in_sequence };

class TableOf : public testing::TestWithParam<Keys> {
 protected:
  TableOf() { EXPECT_TRUE(table_.create()); }

  uint64_t next() {
    switch (GetParam()) {
      case Keys::random:
        return random_() | 1;
      case Keys::with_fixed_bits:  // as the hashes of chains are
        return (random_() & ~uint64_t{0xff}) | 0x101;
      case Keys::in_sequence:  // as addresses are
        return last_ += 64;
    }
    return 0;
  }

  Tested table_;

 private:
  std::mt19937_64 random_{7};
  uint64_t last_ = 0x7f00'0000'0000;
};

TEST_P(TableOf, AgreesWithAMapUntilItIsFull) {
  std::unordered_map<uint64_t, Entry*> model;
  std::vector<uint64_t> keys;
  for (Entry* entered = nullptr;;) {
    const uint64_t key = next();
    ASSERT_EQ(table_.find(key), nullptr);
    entered = table_.find_or_add(key);
    if (entered == nullptr) break;
    ASSERT_EQ(entered->value, 0U) << "two keys have one slot";
    entered->value = key;
    model.emplace(key, entered);
    keys.push_back(key);
    // One that has been there for a while.
    const uint64_t old = keys[model.size() / 2];
    ASSERT_EQ(table_.find(old), model.at(old));
    ASSERT_EQ(table_.find_or_add(old), model.at(old));
  }
  EXPECT_GT(model.size(), size_t{1} << kBits);
  for (const auto& [key, entry] : model) ASSERT_EQ(table_.find(key), entry);

  table_.clear();
  for (const uint64_t key : keys) ASSERT_EQ(table_.find(key), nullptr);
}

TEST_P(TableOf, FewEntriesLieOnFewPages) {
  constexpr size_t kPage = 4096;
  std::set<uint64_t> pages;
  for (size_t count = 1; count < 4'000; ++count) {
    pages.insert(reinterpret_cast<uint64_t>(table_.find_or_add(next())) / kPage);
    // Each level is four times as large as the one before, and begins when that one is far from full.
    ASSERT_LE(pages.size(), 2 + count * sizeof(Entry) * 16 / kPage) << count << " entries";
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, TableOf,
                         testing::Values(Keys::random, Keys::with_fixed_bits, Keys::in_sequence));

// Threads that enter the same keys at the same time, in the same order, so that they meet at each.
TEST(Table, ThreadsThatEnterOneKeyGetOneSlot) {
  constexpr size_t kThreads = 4;
  constexpr size_t kKeys = 12'000;
  for (uint64_t round = 0; round < 8; ++round) {
    Tested table;
    ASSERT_TRUE(table.create());
    std::vector<uint64_t> keys(kKeys);
    std::mt19937_64 random(round);
    std::ranges::generate(keys, [&] { return random() | 1; });

    std::vector<std::vector<Entry*>> entered(kThreads, std::vector<Entry*>(kKeys));
    {
      std::vector<std::jthread> threads;
      for (std::vector<Entry*>& mine : entered) {
        threads.emplace_back([&] {
          for (size_t i = 0; i < kKeys; ++i) {
            mine[i] = table.find_or_add(keys[i]);
            std::atomic_ref(mine[i]->value).fetch_add(1);
          }
        });
      }
    }
    std::set<Entry*> slots;
    for (size_t i = 0; i < kKeys; ++i) {
      ASSERT_EQ(entered[0][i]->key, keys[i]);
      ASSERT_EQ(entered[0][i]->value, kThreads);
      for (const auto& of_thread : entered) ASSERT_EQ(of_thread[i], entered[0][i]);
      slots.insert(entered[0][i]);
    }
    EXPECT_EQ(slots.size(), kKeys);
  }
}

}  // namespace
}  // namespace gordian::hook
