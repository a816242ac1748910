// SPDX-License-Identifier: Apache-2.0
//
// The hook's table against a set: what was entered is found where it was entered, nothing else is found, no
// key is there twice whatever threads do, and memory is touched in proportion to what was entered.
#include "runtime-hook/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <cstdint>
#include <numeric>
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

// Threads that enter the same keys, each in another order, so that they meet in free slots with different
// keys as well as with the same one.
TEST(Table, ThreadsThatEnterOneKeyGetOneSlot) {
  constexpr size_t kThreads = 2;
  constexpr size_t kKeys = 600;
  constexpr int kRounds = 4'000;
  using Small = Table<Entry, &Entry::key, 10>;
  Small table;
  ASSERT_TRUE(table.create());
  std::mt19937_64 random(7);
  std::vector<uint64_t> keys(kKeys);
  std::vector<std::vector<size_t>> orders(kThreads, std::vector<size_t>(kKeys));
  std::vector<std::vector<Entry*>> entered(kThreads, std::vector<Entry*>(kKeys));
  for (auto& order : orders) std::iota(order.begin(), order.end(), size_t{0});

  std::barrier step(kThreads + 1);
  std::vector<std::jthread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        step.arrive_and_wait();
        for (const size_t i : orders[t]) entered[t][i] = table.find_or_add(keys[i]);
        step.arrive_and_wait();
      }
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    std::ranges::generate(keys, [&] { return random() | 1; });
    for (auto& order : orders) std::ranges::shuffle(order, random);
    table.clear();
    step.arrive_and_wait();
    step.arrive_and_wait();
    for (size_t i = 0; i < kKeys; ++i) {
      EXPECT_EQ(entered[0][i]->key, keys[i]);
      EXPECT_EQ(entered[0][i], entered[1][i]);
      EXPECT_EQ(table.find(keys[i]), entered[0][i]);
    }
    EXPECT_EQ(std::set(entered[0].begin(), entered[0].end()).size(), kKeys);
  }
}

}  // namespace
}  // namespace gordian::hook
