// SPDX-License-Identifier: Apache-2.0
//
// Ordering against a model that closes the plain happens-before relation over all segments by brute force, on
// histories made by a little simulation of threads that create and join one another.
#include "core/graph/ordering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
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

  // Both wait at the barrier that they alone use.
  void meet(ThreadId a, ThreadId b) {
    const auto [object, is_new] = barriers_.try_emplace(std::minmax(a, b), program.handoffs.size());
    const std::vector<Boundary> members = {next(a), next(b)};
    program.handoffs.push_back({OrderedBy::barrier, static_cast<uint32_t>(object->second), members, members});
  }

  // Each thread has a semaphore that it alone posts.
  void post(ThreadId poster) { posts_[poster].push_back(next(poster)); }
  bool has_permit(ThreadId waiter, ThreadId poster) {
    return permits_[{waiter, poster}] < posts_[poster].size();
  }
  void wait(ThreadId waiter, ThreadId poster) {
    const Boundary post = posts_[poster][permits_[{waiter, poster}]++];
    program.handoffs.push_back(
        {OrderedBy::semaphore, kSemaphores + static_cast<uint32_t>(index(poster)), {post}, {next(waiter)}});
  }

  // Runs a routine and creates a thread in it.
  void run_once(ThreadId thread) {
    const uint32_t first = next(thread).segment;
    create(thread);
    program.once_routines.push_back({thread, first, next(thread).segment, {}});
  }
  void find_done(ThreadId thread, size_t routine) {
    program.once_routines[routine].returns.push_back(next(thread));
  }

  // The thread's current segment alone.
  Use now(ThreadId thread) const { return {thread, segments_[index(thread)], segments_[index(thread)]}; }

  bool running(ThreadId thread) const { return running_[index(thread)]; }
  uint32_t segment_count(ThreadId thread) const { return segments_[index(thread)] + 1; }

  Program program;

 private:
  static constexpr uint32_t kSemaphores = 1000;

  Boundary next(ThreadId thread) { return {thread, ++segments_[index(thread)]}; }

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
  std::map<std::pair<ThreadId, ThreadId>, size_t> barriers_;
  std::map<ThreadId, std::vector<Boundary>> posts_;
  std::map<std::pair<ThreadId, ThreadId>, size_t> permits_;
};

class Model {
 public:
  explicit Model(const History& history) : onces_(history.program.once_routines) {
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
    for (const Handoff& handoff : history.program.handoffs) {
      for (const Boundary& before : handoff.before) {
        for (const Boundary& after : handoff.after) {
          reach_[at(before.thread, before.segment - 1)][at(after.thread, after.segment)] = true;
        }
      }
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

  // By all but routines that run once.
  bool reaches(ThreadId a, uint32_t segment_a, ThreadId b, uint32_t segment_b) const {
    return reach_[at(a, segment_a)][at(b, segment_b)];
  }

  bool before(ThreadId a, uint32_t segment_a, ThreadId b, uint32_t segment_b) const {
    if (reaches(a, segment_a, b, segment_b)) return true;
    for (const OnceRoutine& once : onces_) {
      if (once.thread != a || segment_a < once.first || segment_a >= once.end) continue;
      for (const Boundary& found : once.returns) {
        if (found.thread == b && found.segment == segment_b) return true;
        if (reaches(found.thread, found.segment, b, segment_b)) return true;
      }
    }
    return false;
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

  std::vector<OnceRoutine> onces_;
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

constexpr uint32_t kActions = 8;

// What cannot be done just now is left.
void play(History& history, uint64_t action, ThreadId actor, ThreadId other) {
  const bool two = other != actor && history.running(other);
  const size_t onces = history.program.once_routines.size();
  switch (action) {
    case 0:
    case 1:
      history.create(actor);
      break;
    case 2:
      if (two && other != kMain) history.join(actor, other);
      break;
    case 3:
      if (two) history.meet(actor, other);
      break;
    case 4:
      history.post(actor);
      break;
    case 5:
      if (other != actor && history.has_permit(actor, other)) history.wait(actor, other);
      break;
    case 6:
      history.run_once(actor);
      break;
    default:
      for (size_t i = 0; i < onces; ++i) {
        if (history.program.once_routines[i].thread != actor) history.find_done(actor, i);
      }
  }
}

TEST(OrderingTest, AgreesWithBruteForceReachability) {
  std::mt19937 random(1);
  size_t overlapping = 0;
  size_t ordered = 0;
  size_t by_once = 0;
  for (int round = 0; round < 300; ++round) {
    History history;
    for (int step = 0; step < 14; ++step) {
      const auto pick = [&] {
        return ThreadId{static_cast<uint32_t>(random() % history.program.threads.size())};
      };
      const ThreadId actor = pick();
      const ThreadId other = pick();
      if (!history.running(actor)) continue;
      play(history, random() % kActions, actor, other);
    }
    const Ordering ordering(history.program);
    const Model model(history);
    for (const Use& a : all_uses(history)) {
      for (const Use& b : all_uses(history)) {
        const bool expected = model.may_overlap(a, b);
        ASSERT_EQ(ordering.may_overlap(a, b), expected);
        ++(expected ? overlapping : ordered);
        if (a.thread == b.thread) continue;
        bool precedes = true;
        for (uint32_t i = a.first_segment; i <= a.last_segment; ++i) {
          precedes = precedes && model.before(a.thread, i, b.thread, b.first_segment);
        }
        if (precedes && !model.reaches(a.thread, a.last_segment, b.thread, b.first_segment)) ++by_once;
        const auto precedence = ordering.precedence(a, b);
        ASSERT_EQ(precedence.has_value(), precedes);
        if (!precedes) continue;
        ASSERT_EQ(precedence->before_creation, model.reaches(a.thread, a.last_segment, b.thread, 0));
      }
    }
  }
  EXPECT_GT(overlapping, 10'000U);
  EXPECT_GT(ordered, 10'000U);
  EXPECT_GT(by_once, 100U);
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

TEST(OrderingTest, ABarrierOrdersWhatIsBeforeItAndWhatIsBehind) {
  History history;
  const ThreadId a = history.create(kMain);
  const ThreadId b = history.create(kMain);
  history.meet(a, b);
  history.meet(a, b);
  const Ordering ordering(history.program);
  EXPECT_FALSE(ordering.may_overlap({a, 0, 0}, {b, 1, 2}));
  EXPECT_FALSE(ordering.may_overlap({a, 1, 1}, {b, 2, 2}));
  EXPECT_TRUE(ordering.may_overlap({a, 1, 1}, {b, 1, 1}));
  EXPECT_EQ(kept_apart_by(history.program, {a, 0, 0}, {b, 1, 2}), OrderedBy::barrier);
  EXPECT_EQ(kept_apart_by(history.program, {a, 1, 1}, {b, 1, 1}), std::nullopt);
}

TEST(OrderingTest, ARoutineThatRunsOnceIsOrderedAndWhatItsThreadDidBeforeIsNot) {
  History history;
  const ThreadId a = history.create(kMain);
  const ThreadId b = history.create(kMain);
  history.run_once(a);
  history.find_done(b, 0);
  const OnceRoutine& once = history.program.once_routines[0];
  const Use routine{a, once.first, once.end - 1};
  const Use behind{b, 1, 1};
  const Ordering ordering(history.program);
  EXPECT_FALSE(ordering.may_overlap(routine, behind));
  EXPECT_TRUE(ordering.may_overlap(routine, {b, 0, 0}));
  EXPECT_TRUE(ordering.may_overlap({a, 0, 0}, behind));
  EXPECT_TRUE(ordering.may_overlap({a, once.end, once.end}, behind));
  ASSERT_TRUE(ordering.precedence(routine, behind).has_value());
  EXPECT_TRUE(ordering.precedence(routine, behind)->in_once);
  EXPECT_EQ(kept_apart_by(history.program, routine, behind), OrderedBy::once);
}

TEST(OrderingTest, TheReasonIsTheFirstMeansThatDoes) {
  History history;
  const Use start = history.now(kMain);
  const ThreadId child = history.create(kMain);
  history.post(kMain);
  history.wait(child, kMain);
  EXPECT_EQ(kept_apart_by(history.program, start, {child, 1, 1}), OrderedBy::create_and_join);
  EXPECT_EQ(kept_apart_by(history.program, {kMain, 1, 1}, {child, 1, 1}), OrderedBy::semaphore);
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
