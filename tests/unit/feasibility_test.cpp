// SPDX-License-Identifier: Apache-2.0
//
// judge() on the cases it has names for, and against trying every choice of evidence and thread.
#include "core/findings/feasibility.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

constexpr ThreadId kMain{0};
constexpr LockId kQueue{0};  // of random programs: readers of it queue behind a waiting writer

class FeasibilityTest : public testing::Test {
 protected:
  // Of the only cycle.
  Verdict judge_cycle(uint64_t max_steps = kMaxFeasibilitySteps) {
    const std::vector<Cycle> cycles = find_cycles(build.program.graph);
    EXPECT_EQ(cycles.size(), 1U);
    return judge(cycles.at(0), build.program.graph, Ordering(build.program), max_steps);
  }

  ProgramBuilder build;
  const LockId a = build.lock();
  const LockId b = build.lock();
  const LockId c = build.lock();
  const LockId gate = build.lock();
  const LockId queue = build.lock(LockGraph::Readers::queue);
  const ThreadId t1 = build.thread("one", 1);
  const ThreadId t2 = build.thread("two", 2);
  const ThreadId t3 = build.thread("three", 3);
};

TEST_F(FeasibilityTest, TwoThreadsInOppositeOrdersArePlausible) {
  const ChainId ab = build.nest({a, b}, t1);
  const ChainId ba = build.nest({b, a}, t2);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::plausible);
  EXPECT_FALSE(verdict.exhausted);
  ASSERT_EQ(verdict.edges.size(), 2U);
  EXPECT_EQ(verdict.edges[0].evidence.wanted, ab);
  EXPECT_EQ(verdict.edges[0].use->thread, t1);
  EXPECT_EQ(verdict.edges[1].evidence.wanted, ba);
  EXPECT_EQ(verdict.edges[1].use->thread, t2);
}

TEST_F(FeasibilityTest, OneThreadAloneIsSingleThread) {
  build.nest({a, b}, t1);
  build.nest({b, a}, t1);
  EXPECT_EQ(judge_cycle().tier, Tier::single_thread);
}

TEST_F(FeasibilityTest, AGateLockOnEveryEdgeGuards) {
  build.nest({gate, a, b}, t1);
  build.nest({gate, b, a}, t2);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::guarded);
  ASSERT_TRUE(verdict.gate.has_value());
  EXPECT_EQ(verdict.gate->lock, gate);
  EXPECT_TRUE(verdict.gate->everywhere);
}

TEST_F(FeasibilityTest, ALockTakenBetweenTheTwoIsAGateToo) {
  build.nest({a, gate, b}, t1);
  build.nest({gate, b, a}, t2);
  const std::vector<Cycle> cycles = find_cycles(build.program.graph);
  const auto ab = std::ranges::find(cycles, Cycle{{a, b}});
  ASSERT_NE(ab, cycles.end());
  const Verdict verdict = judge(*ab, build.program.graph, Ordering(build.program));
  EXPECT_EQ(verdict.tier, Tier::guarded);
  ASSERT_TRUE(verdict.gate.has_value());
  EXPECT_EQ(verdict.gate->lock, gate);
}

TEST_F(FeasibilityTest, AGateLockOnTwoOfThreeEdgesGuards) {
  build.nest({gate, a, b}, t1);
  build.nest({b, c}, t2);
  build.nest({gate, c, a}, t3);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::guarded);
  ASSERT_TRUE(verdict.gate.has_value());
  EXPECT_EQ(verdict.gate->lock, gate);
  EXPECT_FALSE(verdict.gate->everywhere);
}

TEST_F(FeasibilityTest, OneNestingWithoutTheGateIsEnough) {
  build.nest({gate, a, b}, t1);
  const ChainId ungated = build.nest({a, b}, t1);
  build.nest({gate, b, a}, t2);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::plausible);
  EXPECT_EQ(verdict.edges[0].evidence.wanted, ungated);
}

// ---- readers

TEST_F(FeasibilityTest, AReaderDoesNotWaitForAReader) {
  build.read(build.nest({a, b}, t1), b);
  build.read(build.nest({b, a}, t2), b);
  EXPECT_FALSE(judge_cycle().blocks);
}

TEST_F(FeasibilityTest, AReaderWaitsForAWriterAndAWriterForAReader) {
  build.read(build.nest({a, b}, t1), b);
  const ChainId ba = build.nest({b, a}, t2);
  EXPECT_TRUE(judge_cycle().blocks);
  EXPECT_EQ(judge_cycle().tier, Tier::plausible);
  build.read(ba, a);
  EXPECT_TRUE(judge_cycle().blocks);
}

// t1 waits for a writer of the queue, the writer for t2, which reads it, and t2 for t1.
TEST_F(FeasibilityTest, AReaderQueuesBehindAWriterOfALockThatSaysSo) {
  build.take({{a}, {queue, true}}, {Use{t1, 0, 0}});
  build.take({{queue, true}, {a}}, {Use{t2, 0, 0}});
  EXPECT_FALSE(judge_cycle().blocks);
  const ChainId writing = build.nest({queue}, t3);
  const Verdict verdict = judge_cycle();
  EXPECT_TRUE(verdict.blocks);
  EXPECT_EQ(verdict.tier, Tier::plausible);
  ASSERT_EQ(verdict.writers.size(), 1U);
  EXPECT_EQ(verdict.writers[0].evidence.wanted, writing);
  EXPECT_EQ(verdict.writers[0].use->thread, t3);
}

TEST_F(FeasibilityTest, TheWriterIsAThirdThread) {
  build.take({{a}, {queue, true}}, {Use{t1, 0, 0}});
  build.take({{queue, true}, {a}}, {Use{t2, 0, 0}});
  build.nest({queue}, t1);
  build.nest({queue}, t2);
  EXPECT_EQ(judge_cycle().tier, Tier::single_thread);
}

TEST_F(FeasibilityTest, AWriterThatTriesMakesNobodyQueue) {
  build.take({{a}, {queue, true}}, {Use{t1, 0, 0}});
  build.take({{queue, true}, {a}}, {Use{t2, 0, 0}});
  build.nest({queue}, {Use{t3, 0, 0}}, Mode::try_only);
  EXPECT_FALSE(judge_cycle().blocks);
}

// ---- a lock read twice

TEST_F(FeasibilityTest, AReaderOfTwoReadsWaitsForAWriterInBetween) {
  build.take({{queue, true}, {queue, true}}, {Use{t1, 0, 0}});
  EXPECT_FALSE(judge_cycle().blocks);
  build.nest({queue}, t1);
  EXPECT_EQ(judge_cycle().tier, Tier::single_thread);
  build.nest({gate, queue}, t2);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::plausible);
  EXPECT_EQ(verdict.edges.size(), 1U);
  EXPECT_EQ(verdict.writers.size(), 1U);
}

TEST_F(FeasibilityTest, AGateKeepsTheWriterFromTwoReads) {
  build.take({{gate}, {queue, true}, {queue, true}}, {Use{t1, 0, 0}});
  build.nest({gate, queue}, t2);
  const Cycle twice{{queue}};
  const Verdict verdict = judge(twice, build.program.graph, Ordering(build.program));
  EXPECT_EQ(verdict.tier, Tier::guarded);
  EXPECT_EQ(verdict.gate->lock, gate);
  EXPECT_TRUE(verdict.gate->everywhere);
}

TEST_F(FeasibilityTest, AWriterThatWasJoinedBeforeIsOrdered) {
  const ThreadId writer = build.create(kMain, 0);
  build.join(kMain, writer, 2);
  const ThreadId reader = build.create(kMain, 2);
  build.take({{queue, true}, {queue, true}}, {Use{reader, 0, 0}});
  build.nest({queue}, writer);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::ordered);
  ASSERT_TRUE(verdict.conflict.has_value());
  EXPECT_EQ(verdict.conflict->second, 1U);
}

TEST_F(FeasibilityTest, OneWriterAmongReadersIsEnough) {
  const ChainId ab = build.nest({a, b}, t1);
  build.read(ab, b);
  build.read(build.nest({b, a}, t2), b);
  const ChainId writing = build.nest({b, a}, t2);
  const Verdict verdict = judge_cycle();
  EXPECT_TRUE(verdict.blocks);
  EXPECT_EQ(verdict.edges[0].evidence.wanted, ab);
  EXPECT_EQ(verdict.edges[1].evidence.wanted, writing);
}

TEST_F(FeasibilityTest, TwoReadersOnALongerCycleOpenIt) {
  build.nest({a, b}, t1);
  build.read(build.nest({b, c}, t2), c);
  build.read(build.nest({c, a}, t3), c);
  EXPECT_FALSE(judge_cycle().blocks);
}

TEST_F(FeasibilityTest, WhatBothReadIsNoGate) {
  build.read(build.nest({gate, a, b}, t1), gate);
  const ChainId ba = build.nest({gate, b, a}, t2);
  EXPECT_EQ(judge_cycle().tier, Tier::guarded);
  build.read(ba, gate);
  EXPECT_EQ(judge_cycle().tier, Tier::plausible);
}

TEST_F(FeasibilityTest, AGateThatTwoOfThreeReadKeepsOnlyTheThirdApart) {
  build.read(build.nest({gate, a, b}, t1), gate);
  build.read(build.nest({gate, b, c}, t2), gate);
  build.nest({gate, c, a}, t3);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::guarded);
  ASSERT_TRUE(verdict.gate.has_value());
  EXPECT_FALSE(verdict.gate->everywhere);
}

TEST_F(FeasibilityTest, AGateReadAndThenWrittenIsHeldForWriting) {
  const ChainId twice = build.nest({gate, a, gate, b}, t1);
  build.read(build.program.graph.chain(build.program.graph.chain(twice).outer).outer, gate);
  build.read(build.nest({gate, b, a}, t2), gate);
  EXPECT_EQ(judge_cycle().tier, Tier::guarded);
}

TEST_F(FeasibilityTest, JoinedPhasesAreOrdered) {
  const ThreadId first = build.create(kMain, 0);
  build.join(kMain, first, 2);
  const ThreadId second = build.create(kMain, 2);
  build.nest({a, b}, first);
  build.nest({b, a}, second);
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::ordered);
  ASSERT_TRUE(verdict.conflict.has_value());
  EXPECT_EQ(verdict.edges[0].use->thread, first);
  EXPECT_EQ(verdict.edges[1].use->thread, second);
}

TEST_F(FeasibilityTest, AThreadNeededForTwoEdgesIsTooFewThreads) {
  build.nest({a, b}, t1);
  build.nest({b, c}, t2);
  build.nest({c, a}, t1);
  EXPECT_EQ(judge_cycle().tier, Tier::single_thread);
}

TEST_F(FeasibilityTest, AThreadThatIsNotListedMayBeAnyOther) {
  build.nest({a, b}, t1);
  const ChainId ba = build.nest({b, a}, t1);
  EXPECT_EQ(judge_cycle().tier, Tier::single_thread);
  build.program.graph.chain(ba).more_uses = true;
  const Verdict verdict = judge_cycle();
  EXPECT_EQ(verdict.tier, Tier::plausible);
  EXPECT_EQ(verdict.edges[0].use->thread, t1);
  EXPECT_FALSE(verdict.edges[1].use.has_value());
}

TEST_F(FeasibilityTest, ALockTakenAgainAfterAConditionWaitCounts) {
  build.nest({a, b}, t1);
  build.nest({b, a}, {Use{t2, 0, 0}}, Mode::reacquire);
  EXPECT_EQ(judge_cycle().tier, Tier::plausible);
}

TEST_F(FeasibilityTest, PrefersWaitsWithoutATimeout) {
  build.nest({a, b}, {Use{t1, 0, 0}}, Mode::timed);
  const ChainId blocking = build.nest({a, b}, t1);
  build.nest({b, a}, t2);
  EXPECT_EQ(judge_cycle().edges[0].evidence.wanted, blocking);
}

TEST_F(FeasibilityTest, ASearchGivenUpReportsAndSaysSo) {
  build.nest({gate, a, b}, t1);
  build.nest({gate, b, a}, t2);
  const Verdict verdict = judge_cycle(2);
  EXPECT_EQ(verdict.tier, Tier::plausible);
  EXPECT_TRUE(verdict.exhausted);
  EXPECT_EQ(verdict.edges.size(), 2U);
}

// ---- against every choice
// ---------------------------------------------------------------------------------------

// Whether each is held by read locks only.
std::map<LockId, bool> held_at(const LockGraph& graph, const EdgeChoice& choice) {
  std::map<LockId, bool> held;
  for (ChainId at = graph.chain(choice.evidence.wanted).outer; at != kNoChain; at = graph.chain(at).outer) {
    const Acquisition& taken = graph.chain(at).wanted;
    const auto entry = held.try_emplace(taken.lock, true).first;
    entry->second = entry->second && taken.shared;
  }
  return held;
}

bool gated(const LockGraph& graph, const EdgeChoice& a, const EdgeChoice& b) {
  const std::map<LockId, bool> held = held_at(graph, b);
  return std::ranges::any_of(held_at(graph, a), [&](const auto& mine) {
    const auto other = held.find(mine.first);
    return other != held.end() && !(mine.second && other->second);
  });
}

// Whether both read the lock that the one wants and the other holds.
bool are_readers(const LockGraph& graph, const EdgeChoice& waiter, const EdgeChoice& holder) {
  return graph.chain(waiter.evidence.wanted).wanted.shared && graph.chain(holder.evidence.held).wanted.shared;
}

bool meet(const Ordering& ordering, const EdgeChoice& a, const EdgeChoice& b) {
  if (!a.use || !b.use) return true;
  return a.use->thread != b.use->thread && ordering.may_overlap(*a.use, *b.use);
}

struct Model {
  bool blocks = false;
  bool possible = false;
  bool possible_with_gate = false;
  bool enough_threads = false;

  Tier tier() const {
    if (possible) return Tier::plausible;
    if (!enough_threads) return Tier::single_thread;
    return possible_with_gate ? Tier::guarded : Tier::ordered;
  }
};

class AllChoices {
 public:
  AllChoices(const Cycle& cycle, const LockGraph& graph, const Ordering& ordering)
      : graph_(graph), ordering_(ordering), cycle_(cycle) {
    for (size_t i = 0; i < cycle.locks.size(); ++i) {
      std::vector<EdgeChoice>& choices = choices_.emplace_back();
      for (const Evidence& evidence : graph.evidence(*graph.find(cycle.locks[i], wanted(i)))) {
        add(choices, evidence);
      }
    }
    choose({});
  }

  Model model;

 private:
  LockId wanted(size_t edge) const { return cycle_.locks[(edge + 1) % cycle_.locks.size()]; }

  void add(std::vector<EdgeChoice>& choices, const Evidence& evidence) const {
    const Chain& chain = graph_.chain(evidence.wanted);
    for (const Use& use : chain.uses) choices.push_back({evidence, use});
    if (chain.more_uses) choices.push_back({evidence, std::nullopt});
  }

  // Whoever waits to write the lock, by looking at every chain there is.
  std::vector<EdgeChoice> writers(LockId lock) const {
    std::vector<EdgeChoice> writers;
    for (size_t i = 0; i < graph_.chains().size(); ++i) {
      const auto chain = static_cast<ChainId>(i);
      const Acquisition& taken = graph_.chain(chain).wanted;
      if (taken.lock == lock && !taken.shared && taken.mode != Mode::try_only)
        add(writers, {kNoChain, chain});
    }
    return writers;
  }

  void choose(std::vector<EdgeChoice> chosen) {
    if (chosen.size() < choices_.size()) {
      for (const EdgeChoice& choice : choices_[chosen.size()]) {
        chosen.push_back(choice);
        choose(chosen);
        chosen.pop_back();
      }
      return;
    }
    std::vector<LockId> queues;
    for (size_t i = 0; i < chosen.size(); ++i) {
      if (!are_readers(graph_, chosen[i], chosen[(i + 1) % chosen.size()])) continue;
      if (graph_.readers(wanted(i)) == LockGraph::Readers::pass) return;
      queues.push_back(wanted(i));
    }
    choose_writers(queues, chosen);
  }

  void choose_writers(std::vector<LockId> queues, std::vector<EdgeChoice> chosen) {
    if (queues.empty()) return note(chosen);
    const std::vector<EdgeChoice> writers_of_last = writers(queues.back());
    queues.pop_back();
    for (const EdgeChoice& writer : writers_of_last) {
      chosen.push_back(writer);
      choose_writers(queues, chosen);
      chosen.pop_back();
    }
  }

  void note(const std::vector<EdgeChoice>& chosen) {
    bool all_meet = true;
    bool any_gate = false;
    bool all_different = true;
    model.blocks = true;
    for (size_t i = 0; i < chosen.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        all_meet &= meet(ordering_, chosen[i], chosen[j]);
        any_gate |= gated(graph_, chosen[i], chosen[j]);
        all_different &= !chosen[i].use || !chosen[j].use || chosen[i].use->thread != chosen[j].use->thread;
      }
    }
    model.enough_threads |= all_different;
    model.possible |= all_meet && !any_gate;
    model.possible_with_gate |= all_meet;
  }

  const LockGraph& graph_;
  const Ordering& ordering_;
  const Cycle& cycle_;
  std::vector<std::vector<EdgeChoice>> choices_;
};

// Main creates four threads in segments 0 to 3, having joined some before it creates the next.
ProgramBuilder random_program(std::mt19937& random) {
  const auto below = [&](uint32_t bound) {
    return std::uniform_int_distribution<uint32_t>(0, bound - 1)(random);
  };
  ProgramBuilder build;
  std::vector<LockId> locks;
  locks.push_back(build.lock(LockGraph::Readers::queue));
  for (int i = 0; i < 4; ++i) locks.push_back(build.lock());
  std::vector<ThreadId> threads{kMain};
  uint32_t main_segment = 0;
  const uint32_t thread_count = below(5);
  for (uint32_t i = 0; i < thread_count; ++i) {
    threads.push_back(build.create(kMain, main_segment++));
    if (below(2) == 0) build.join(kMain, threads.back(), ++main_segment);
  }
  const uint32_t nestings = 2 + below(5);
  for (uint32_t i = 0; i < nestings; ++i) {
    std::ranges::shuffle(locks, random);
    const auto depth = static_cast<std::ptrdiff_t>(2 + below(2));
    std::vector<Use> uses;
    for (uint32_t use = 0; use <= below(2); ++use) {
      const ThreadId thread = threads[below(static_cast<uint32_t>(threads.size()))];
      const uint32_t segment = thread == kMain ? below(main_segment + 1) : 0;
      uses.push_back({thread, segment, segment});
    }
    // The first two locks are often read, the first of them also once more.
    std::vector<ProgramBuilder::Taken> taken;
    if (below(6) == 0) taken.push_back({kQueue});
    for (auto lock = locks.begin(); lock != locks.begin() + depth; ++lock) {
      const bool shared = (*lock == kQueue && below(2) == 0) || (*lock == LockId{1} && below(3) != 0);
      taken.push_back({*lock, shared, Mode::blocking});
    }
    const auto reads_queue = [](const auto& each) { return each.lock == kQueue && each.shared; };
    if (std::ranges::any_of(taken, reads_queue) && below(2) == 0)
      taken.push_back({kQueue, true, Mode::blocking});
    const ChainId chain = build.take(taken, uses);
    if (below(20) == 0) build.program.graph.chain(chain).more_uses = true;
  }
  return build;
}

TEST(FeasibilityModelTest, AgreesWithTryingEveryChoice) {
  std::mt19937 random(1);
  std::map<Tier, size_t> seen;
  size_t never_blocking = 0;
  size_t writers_seen = 0;
  for (int round = 0; round < 3000; ++round) {
    const ProgramBuilder build = random_program(random);
    const LockGraph& graph = build.program.graph;
    const Ordering ordering(build.program);
    for (const Cycle& cycle : find_cycles(graph)) {
      const Model model = AllChoices(cycle, graph, ordering).model;
      const Verdict verdict = judge(cycle, graph, ordering);
      ASSERT_EQ(verdict.blocks, model.blocks);
      if (!verdict.blocks) {
        ++never_blocking;
        continue;
      }
      ASSERT_EQ(name(verdict.tier), name(model.tier()));
      ASSERT_FALSE(verdict.exhausted);
      ++seen[verdict.tier];

      ASSERT_EQ(verdict.edges.size(), cycle.locks.size());
      for (size_t i = 0; i < verdict.edges.size(); ++i) {
        const Evidence& evidence = verdict.edges[i].evidence;
        ASSERT_EQ(graph.chain(evidence.held).wanted.lock, cycle.locks[i]);
        ASSERT_EQ(graph.chain(evidence.wanted).wanted.lock, cycle.locks[(i + 1) % cycle.locks.size()]);
      }
      writers_seen += verdict.writers.size();
      bool all_meet = true;
      bool any_gate = false;
      size_t gate_held = 0;
      size_t gate_read = 0;
      const std::vector<EdgeChoice> all = verdict.all();
      for (size_t i = 0; i < all.size(); ++i) {
        if (verdict.gate) {
          const auto held = held_at(graph, all[i]);
          const auto gate = held.find(verdict.gate->lock);
          if (gate != held.end()) ++(gate->second ? gate_read : gate_held);
        }
        for (size_t j = 0; j < i; ++j) {
          all_meet &= meet(ordering, all[i], all[j]);
          any_gate |= gated(graph, all[i], all[j]);
        }
      }
      ASSERT_EQ(all_meet, verdict.tier == Tier::plausible || verdict.tier == Tier::guarded);
      ASSERT_EQ(verdict.gate.has_value(), verdict.tier == Tier::guarded);
      if (verdict.gate) {
        ASSERT_GE(gate_held + gate_read, 2U);
        ASSERT_GE(gate_held, 1U);
        ASSERT_EQ(gate_held + gate_read == all.size() && gate_read <= 1, verdict.gate->everywhere);
      }
      ASSERT_FALSE(verdict.tier == Tier::plausible && any_gate);
      ASSERT_EQ(verdict.conflict.has_value(), verdict.tier == Tier::ordered);
      if (verdict.conflict) {
        ASSERT_FALSE(meet(ordering, all[verdict.conflict->first], all[verdict.conflict->second]));
      }
    }
  }
  EXPECT_GT(never_blocking, 50U);
  EXPECT_GT(writers_seen, 50U);
  for (const Tier tier : {Tier::plausible, Tier::guarded, Tier::ordered, Tier::single_thread}) {
    EXPECT_GT(seen[tier], 50U) << name(tier);
  }
}

}  // namespace
}  // namespace gordian
