// SPDX-License-Identifier: Apache-2.0
//
// analyse() on programs made by hand: what the lock-order-cycle rule says, and what the report is made of.
#include "core/findings/analysis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/findings/rule.h"
#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

constexpr ThreadId kMain{0};

class AnalysisTest : public testing::Test {
 protected:
  Report report() {
    Symbolizer symbolizer(build.program);
    return analyse(build.program, symbolizer);
  }

  const std::string& name_of(LockId lock) const { return build.program.locks[lock].name; }
  const std::string& class_of(LockId lock) const { return build.program.locks[lock].class_name; }

  // Without source or symbols a lock's class is the place it was first taken.
  LockId lock() {
    Stack stack;
    stack.return_addresses = {0x100000 + 0x1000 * build.program.stacks.size()};
    const LockId id = build.lock();
    build.program.locks[id].first_taken = build.program.stacks.add(stack);
    return id;
  }

  // Another lock of the same class.
  LockId like(LockId lock) {
    const LockId id = build.lock();
    build.program.locks[id].first_taken = build.program.locks[lock].first_taken;
    return id;
  }

  // A nesting that stands for later ones of its kind.
  ChainId summary(const std::vector<LockId>& locks, ThreadId thread) {
    const ChainId innermost = build.nest(locks, thread);
    build.program.graph.chain(innermost).summary = true;
    return innermost;
  }

  static bool tells_of_classes(const Finding& finding) {
    return finding.reason.find("only their classes were recorded") != std::string::npos;
  }

  ProgramBuilder build;
  const ThreadId one = build.thread("one", 1);
  const ThreadId two = build.thread("two", 2);
  const ThreadId three = build.thread("", 3);
  const LockId a = lock();
  const LockId b = lock();
  const LockId c = lock();
};

TEST_F(AnalysisTest, OppositeOrdersAreAnError) {
  build.nest({a, b}, one);
  build.nest({a, b}, one);
  const ChainId ba = build.nest({b, a}, kMain);
  build.program.graph.chain(ba).count = 5;
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_TRUE(result.hidden.empty());

  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.rule, "lock-order-cycle");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.tier, Tier::plausible);
  EXPECT_EQ(
      finding.reason,
      "taken by threads that could overlap, under no common lock, not ordered by create, join, barrier, "
      "semaphore or once");
  EXPECT_EQ(finding.process, "server (pid 4711)");
  EXPECT_EQ(finding.count, 1U);
  EXPECT_EQ(finding.fingerprint.size(), 16U);
  ASSERT_EQ(finding.locks.size(), 2U);
  const std::string& first = finding.locks[0].name;
  const std::string& second = finding.locks[1].name;
  EXPECT_EQ((std::set<std::string>{first, second}), (std::set<std::string>{name_of(a), name_of(b)}));
  EXPECT_EQ(finding.message, "Threads that take " + first + " then " + second +
                                 " can deadlock with threads that take " + second + " then " + first + ".");
  EXPECT_EQ(finding.locations.size(), 2U);

  ASSERT_EQ(finding.edges.size(), 2U);
  const auto from_a = std::ranges::find_if(
      finding.edges, [&](const FindingEdge& edge) { return finding.locks[edge.held].name == name_of(a); });
  ASSERT_NE(from_a, finding.edges.end());
  EXPECT_EQ(finding.locks[from_a->wanted].name, name_of(b));
  EXPECT_EQ(from_a->thread, "one (tid 1)");
  EXPECT_EQ(from_a->mode, "blocking");
  EXPECT_EQ(from_a->origin, "run");
  EXPECT_EQ(from_a->count, 2U);
  EXPECT_EQ(from_a->sites, 2U);
  EXPECT_EQ(from_a->held_stack.frames.size(), 1U);
  EXPECT_EQ(from_a->wanted_stack.frames.size(), 1U);
  const FindingEdge& from_b = finding.edges[from_a == finding.edges.begin() ? 1 : 0];
  EXPECT_EQ(from_b.thread, "main thread");
  EXPECT_EQ(from_b.count, 5U);
}

TEST_F(AnalysisTest, ThreeLocksAreAllNamed) {
  build.nest({a, b}, one);
  build.nest({b, c}, two);
  build.nest({c, a}, three);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  const Finding& finding = result.findings[0];
  ASSERT_EQ(finding.locks.size(), 3U);
  const std::string& x = finding.locks[0].name;
  const std::string& y = finding.locks[1].name;
  const std::string& z = finding.locks[2].name;
  EXPECT_EQ(finding.message, "Threads that take " + x + " then " + y + ", " + y + " then " + z + " and " + z +
                                 " then " + x + " can deadlock with one another.");
  EXPECT_TRUE(std::ranges::any_of(finding.edges,
                                  [](const FindingEdge& edge) { return edge.thread == "thread (tid 3)"; }));
}

TEST_F(AnalysisTest, InstancesOfOneCauseAreOneFinding) {
  std::vector<LockId> locks;
  for (int i = 0; i < 10; ++i) locks.push_back(like(a));
  for (size_t i = 0; i < locks.size(); i += 2) {
    build.nest({locks[i], locks[i + 1]}, one);
    build.nest({locks[i + 1], locks[i]}, i == 6 ? two : one);
  }
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U) << "the one that could happen stands for those of a single thread";
  EXPECT_TRUE(result.hidden.empty());
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.count, 5U);
  EXPECT_EQ(finding.message, "Threads that take two locks of " + finding.locks[0].class_name +
                                 " can deadlock with threads that take them in the other order.");
  EXPECT_EQ((std::set<std::string>{finding.locks[0].name, finding.locks[1].name}),
            (std::set<std::string>{name_of(locks[6]), name_of(locks[7])}));
}

TEST_F(AnalysisTest, DifferentCausesStayApart) {
  const LockId d = lock();
  build.nest({a, b}, one);
  build.nest({b, a}, two);
  build.nest({c, d}, one);
  build.nest({d, c}, two);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(result.findings[0].count, 1U);
}

TEST_F(AnalysisTest, AGateLockMakesItANote) {
  build.nest({c, a, b}, one);
  build.nest({c, b, a}, two);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  ASSERT_EQ(result.hidden.size(), 1U);
  EXPECT_EQ(result.hidden[0].tier, Tier::guarded);
  EXPECT_EQ(result.hidden[0].severity, Severity::note);
  EXPECT_EQ(result.hidden[0].reason, "every edge is taken while holding " + name_of(c));
  EXPECT_TRUE(result.hidden[0].message.ends_with(", but cannot meet.")) << result.hidden[0].message;
}

TEST_F(AnalysisTest, OneThreadMakesItANote) {
  build.nest({a, b}, one);
  build.nest({b, a}, one);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  ASSERT_EQ(result.hidden.size(), 1U);
  EXPECT_EQ(result.hidden[0].tier, Tier::single_thread);
  EXPECT_EQ(result.hidden[0].reason, "all by one thread, one (tid 1)");
}

TEST_F(AnalysisTest, ThreadsThatCannotOverlapMakeItANote) {
  const ThreadId first = build.create(kMain, 0);
  build.join(kMain, first, 2);
  const ThreadId second = build.create(kMain, 2);
  build.program.threads[first].name = "early";
  build.program.threads[second].name = "late";
  build.nest({a, b}, first);
  build.nest({b, a}, second);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  ASSERT_EQ(result.hidden.size(), 1U);
  EXPECT_EQ(result.hidden[0].tier, Tier::ordered);
  EXPECT_EQ(result.hidden[0].reason, "early (tid 4715) was joined before late (tid 4716) was created");
}

TEST_F(AnalysisTest, StartUpBeforeTheWorkersIsOrdered) {
  build.nest({a, b}, {Use{kMain, 0, 0}});
  const ThreadId worker = build.create(kMain, 0);
  build.nest({b, a}, worker);
  const Report result = report();
  ASSERT_EQ(result.hidden.size(), 1U);
  EXPECT_EQ(result.hidden[0].reason, "main thread took its locks before thread (tid 4715) was created");
}

TEST_F(AnalysisTest, ATimedWaitIsNamed) {
  build.nest({a, b}, {Use{one, 0, 0}}, Mode::timed);
  build.nest({b, a}, two);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_TRUE(result.findings[0].message.ends_with(", until a timed wait gives up."));
  EXPECT_TRUE(std::ranges::any_of(result.findings[0].edges,
                                  [](const FindingEdge& edge) { return edge.mode == "timed"; }));
}

TEST_F(AnalysisTest, OppositeOrdersOfClassesAreAnErrorAndTheReasonTellsMore) {
  const ChainId ab = summary({a, b}, one);
  build.program.graph.chain(ab).count = 1000;
  build.nest({like(b), like(a)}, two);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_TRUE(result.hidden.empty());
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.tier, Tier::plausible);
  EXPECT_EQ(
      finding.reason,
      "taken by threads that could overlap, under no common lock, not ordered by create, join, barrier, "
      "semaphore or once; seen "
      "with so many locks that only their classes were recorded: whether the same locks were ever taken "
      "in both orders is not known");
  ASSERT_EQ(finding.locks.size(), 2U);
  EXPECT_NE(name_of(a), class_of(a));
  EXPECT_EQ((std::set<std::string>{finding.locks[0].name, finding.locks[1].name}),
            (std::set<std::string>{class_of(a), class_of(b)}));
  ASSERT_EQ(finding.edges.size(), 2U);
  EXPECT_EQ(finding.edges[0].count + finding.edges[1].count, 1001U);
}

TEST_F(AnalysisTest, OfOneCauseTheLocksAreShownRatherThanTheClasses) {
  build.nest({a, b}, one);
  summary({like(a), like(b)}, one);
  build.nest({b, a}, two);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(finding.count, 2U);
  EXPECT_FALSE(tells_of_classes(finding));
  EXPECT_EQ((std::set<std::string>{finding.locks[0].name, finding.locks[1].name}),
            (std::set<std::string>{name_of(a), name_of(b)}));
}

TEST_F(AnalysisTest, TheClassesAreShownWhereTheLocksCannotDeadlock) {
  build.nest({a, b}, one);
  build.nest({b, a}, one);
  summary({like(a), like(b)}, two);
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_TRUE(result.hidden.empty());
  EXPECT_EQ(result.findings[0].tier, Tier::plausible);
  EXPECT_TRUE(tells_of_classes(result.findings[0]));
}

TEST_F(AnalysisTest, SummariesInOneOrderAreSilent) {
  summary({a, b}, one);
  summary({like(a), like(b), c}, two);
  summary({b, like(b)}, one);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  EXPECT_TRUE(result.hidden.empty());
}

// Where every nesting was recorded, the locks tell all there is.
TEST_F(AnalysisTest, ClassesThatAreSummarisedElsewhereMakeNoCycle) {
  const LockId d = lock();
  summary({a, d}, one);
  summary({b, d}, one);
  build.nest({a, b}, one);
  build.nest({like(b), like(a)}, two);
  const Report result = report();
  EXPECT_TRUE(result.findings.empty());
  EXPECT_TRUE(result.hidden.empty());
}

TEST_F(AnalysisTest, TheWorstComesFirst) {
  const LockId d = lock();
  build.nest({c, d}, one);
  build.nest({d, c}, two);
  const ChainId rare = build.nest({a, b}, one);
  build.nest({b, a}, two);
  for (size_t i = 0; i < build.program.graph.chains().size(); ++i) {
    build.program.graph.chain(ChainId{static_cast<uint32_t>(i)}).count = 10;
  }
  build.program.graph.chain(rare).count = 9;
  const Report result = report();
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ((std::set<std::string>{result.findings[0].locks[0].name, result.findings[0].locks[1].name}),
            (std::set<std::string>{name_of(c), name_of(d)}));
}

TEST_F(AnalysisTest, CountsAndWarnings) {
  const ChainId abc = summary({a, b, c}, one);
  build.program.graph.chain(abc).count = 17;
  build.program.processes[ProcessId{0}].acquisitions = 42;
  build.program.warnings.push_back("The trace ends early.");
  build.program.losses.push_back({ProcessId{0}, "records not written: the disk is full", 3});
  build.program.losses.push_back({ProcessId{0}, "threads not watched: too many at once", 4});
  const Report result = report();
  EXPECT_EQ(result.stats.processes, 1U);
  EXPECT_EQ(result.stats.threads, 4U);
  EXPECT_EQ(result.stats.locks, 3U);
  EXPECT_EQ(result.stats.acquisitions, 42U);
  EXPECT_EQ(result.stats.edges, 3U);
  EXPECT_EQ(result.stats.summarised, 17U);
  EXPECT_EQ(result.stats.dropped, 7U);
  ASSERT_GE(result.warnings.size(), 3U);
  EXPECT_EQ(result.warnings[0], "The trace ends early.");
  EXPECT_EQ(result.warnings[1], "server (pid 4711): 3 records not written: the disk is full.");
}

TEST(RulesTest, AreFoundByTheirFiles) {
  std::set<std::string> ids;
  for (const Rule* rule : all_rules()) EXPECT_TRUE(ids.insert(rule->id).second) << rule->id;
  EXPECT_TRUE(ids.contains("lock-order-cycle"));
}

}  // namespace
}  // namespace gordian
