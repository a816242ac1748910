// SPDX-License-Identifier: Apache-2.0
//
// Ordering against a model that closes the plain happens-before relation over all segments by brute force, on
// histories made by a little simulation of threads that create and join one another.
#include "core/graph/ordering.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

namespace gordian {
namespace {

constexpr ThreadId kMain{0};

// Plays creates and joins, and numbers segments as the recorder does.
class History {
 public:
  History() { start(kNoThread, 0); }

  ThreadId create(ThreadId parent) { return start(parent, segments_[index(parent)]++); }

  void join(ThreadId joiner, ThreadId joined) {
    running_[index(joined)] = false;
    program.joins.push_back({joiner, joined, ++segments_[index(joiner)]});
  }

  // The thread's current segment alone.
  Use now(ThreadId thread) const { return {thread, segments_[index(thread)], segments_[index(thread)]}; }

  bool running(ThreadId thread) const { return running_[index(thread)]; }
  uint32_t segment_count(ThreadId thread) const { return segments_[index(thread)] + 1; }

  Program program;

 private:
  ThreadId start(ThreadId parent, uint32_t parent_segment) {
    Thread thread;
    thread.parent = parent;
    thread.parent_segment = parent_segment;
    segments_.push_back(0);
    running_.push_back(true);
    return program.threads.add(std::move(thread));
  }

  std::vector<uint32_t> segments_;
  std::vector<bool> running_;
};

class Model {
 public:
  explicit Model(const History& history) {
    const auto& threads = history.program.threads;
    for (size_t i = 0; i < threads.size(); ++i) {
      const ThreadId thread{static_cast<uint32_t>(i)};
      for (uint32_t segment = 0; segment < history.segment_count(thread); ++segment) {
        number_.emplace(std::pair(thread, segment), number_.size());
      }
    }
    reach_.assign(number_.size(), std::vector<bool>(number_.size(), false));
    for (const auto& [segment, number] : number_) {
      const auto next = number_.find({segment.first, segment.second + 1});
      if (next != number_.end()) reach_[number][next->second] = true;
    }
    for (size_t i = 0; i < threads.size(); ++i) {
      const ThreadId thread{static_cast<uint32_t>(i)};
      if (threads[thread].parent == kNoThread) continue;
      reach_[at(threads[thread].parent, threads[thread].parent_segment)][at(thread, 0)] = true;
    }
    for (const Join& join : history.program.joins) {
      reach_[at(join.joined, history.segment_count(join.joined) - 1)][at(join.joiner, join.segment)] = true;
    }
    for (size_t via = 0; via < reach_.size(); ++via) {
      for (size_t from = 0; from < reach_.size(); ++from) {
        if (!reach_[from][via]) continue;
        for (size_t to = 0; to < reach_.size(); ++to) {
          if (reach_[via][to]) reach_[from][to] = true;
        }
      }
    }
  }

  bool before(ThreadId a, uint32_t segment_a, ThreadId b, uint32_t segment_b) const {
    return reach_[at(a, segment_a)][at(b, segment_b)];
  }

  bool may_overlap(const Use& a, const Use& b) const {
    for (uint32_t i = a.first_segment; i <= a.last_segment; ++i) {
      for (uint32_t j = b.first_segment; j <= b.last_segment; ++j) {
        const bool ordered = before(a.thread, i, b.thread, j) || before(b.thread, j, a.thread, i);
        if (a.thread != b.thread && !ordered) return true;
      }
    }
    return false;
  }

 private:
  size_t at(ThreadId thread, uint32_t segment) const { return number_.at({thread, segment}); }

  std::map<std::pair<ThreadId, uint32_t>, size_t> number_;
  std::vector<std::vector<bool>> reach_;
};

std::vector<Use> all_uses(const History& history) {
  std::vector<Use> uses;
  for (size_t i = 0; i < history.program.threads.size(); ++i) {
    const ThreadId thread{static_cast<uint32_t>(i)};
    for (uint32_t first = 0; first < history.segment_count(thread); ++first) {
      for (uint32_t last = first; last < history.segment_count(thread); ++last)
        uses.push_back({thread, first, last});
    }
  }
  return uses;
}

TEST(OrderingTest, AgreesWithBruteForceReachability) {
  std::mt19937 random(1);
  size_t overlapping = 0;
  size_t ordered = 0;
  for (int round = 0; round < 100; ++round) {
    History history;
    for (int step = 0; step < 9; ++step) {
      const auto pick = [&] {
        return ThreadId{static_cast<uint32_t>(random() % history.program.threads.size())};
      };
      const ThreadId actor = pick();
      const ThreadId other = pick();
      if (!history.running(actor)) continue;
      if (random() % 2 == 0) {
        history.create(actor);
      } else if (other != actor && other != kMain && history.running(other)) {
        history.join(actor, other);
      }
    }
    const Ordering ordering(history.program);
    const Model model(history);
    for (const Use& a : all_uses(history)) {
      for (const Use& b : all_uses(history)) {
        const bool expected = model.may_overlap(a, b);
        ASSERT_EQ(ordering.may_overlap(a, b), expected);
        ++(expected ? overlapping : ordered);
        if (a.thread == b.thread) continue;
        const bool precedes = model.before(a.thread, a.last_segment, b.thread, b.first_segment);
        const auto precedence = ordering.precedence(a, b);
        ASSERT_EQ(precedence.has_value(), precedes);
        if (!precedes) continue;
        ASSERT_EQ(precedence->before_creation, model.before(a.thread, a.last_segment, b.thread, 0));
      }
    }
  }
  EXPECT_GT(overlapping, 10'000U);
  EXPECT_GT(ordered, 10'000U);
}

TEST(OrderingTest, AThreadJoinedBeforeAnotherIsCreatedDoesNotOverlapIt) {
  History history;
  const ThreadId first = history.create(kMain);
  history.join(kMain, first);
  const ThreadId second = history.create(kMain);
  const Ordering ordering(history.program);
  EXPECT_FALSE(ordering.may_overlap({first, 0, 0}, {second, 0, 0}));
  const auto precedence = ordering.precedence({first, 0, 0}, {second, 0, 0});
  ASSERT_TRUE(precedence.has_value());
  EXPECT_TRUE(precedence->joined);
  EXPECT_TRUE(precedence->before_creation);
  EXPECT_FALSE(ordering.precedence({second, 0, 0}, {first, 0, 0}).has_value());
}

TEST(OrderingTest, AThreadDetachedOrNotYetJoinedOverlapsTheNext) {
  History history;
  const ThreadId first = history.create(kMain);
  const ThreadId second = history.create(kMain);
  history.join(kMain, first);
  const Ordering ordering(history.program);
  EXPECT_TRUE(ordering.may_overlap({first, 0, 0}, {second, 0, 0}));
}

TEST(OrderingTest, TheParentOverlapsItsChildOnlyBetweenCreateAndJoin) {
  History history;
  const Use start = history.now(kMain);
  const ThreadId child = history.create(kMain);
  const Use meanwhile = history.now(kMain);
  history.join(kMain, child);
  const Use end = history.now(kMain);
  const Ordering ordering(history.program);
  const Use whole_child{child, 0, 0};
  EXPECT_FALSE(ordering.may_overlap(start, whole_child));
  EXPECT_TRUE(ordering.may_overlap(meanwhile, whole_child));
  EXPECT_FALSE(ordering.may_overlap(end, whole_child));
  EXPECT_TRUE(ordering.may_overlap({kMain, start.first_segment, end.last_segment}, whole_child));
  EXPECT_FALSE(ordering.precedence(start, whole_child)->joined);
  EXPECT_TRUE(ordering.precedence(whole_child, end)->joined);
  EXPECT_FALSE(ordering.precedence(whole_child, end)->before_creation);
}

TEST(OrderingTest, AGrandchildOutlivesTheJoinOfItsParent) {
  History history;
  const ThreadId child = history.create(kMain);
  const ThreadId grandchild = history.create(child);
  history.join(kMain, child);
  const Use after_join = history.now(kMain);
  const Ordering ordering(history.program);
  EXPECT_TRUE(ordering.may_overlap({grandchild, 0, 0}, after_join));
}

TEST(OrderingTest, ThreadsOfDifferentProcessesMayOverlap) {
  Program program;
  Thread thread;
  thread.process = ProcessId{0};
  const ThreadId here = program.threads.add(thread);
  const ThreadId unrelated = program.threads.add(thread);
  thread.process = ProcessId{1};
  const ThreadId there = program.threads.add(thread);
  const Ordering ordering(program);
  EXPECT_TRUE(ordering.may_overlap({here, 0, 5}, {there, 0, 5}));
  EXPECT_TRUE(ordering.may_overlap({here, 0, 5}, {unrelated, 0, 5}));
}

// Ten thousand threads one after the other: each lies after all before it.
TEST(OrderingTest, CopesWithManyThreadsInTurn) {
  History history;
  std::vector<ThreadId> threads;
  for (int i = 0; i < 10'000; ++i) {
    threads.push_back(history.create(kMain));
    history.join(kMain, threads.back());
  }
  const Ordering ordering(history.program);
  for (size_t i = 0; i + 1 < threads.size(); i += 20) {
    EXPECT_FALSE(ordering.may_overlap({threads[i], 0, 0}, {threads[i + 1], 0, 0}));
    EXPECT_FALSE(ordering.may_overlap({threads.back(), 0, 0}, {threads[i], 0, 0}));
  }
}

}  // namespace
}  // namespace gordian
