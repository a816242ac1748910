// SPDX-License-Identifier: Apache-2.0
#include "core/findings/class_graph.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace gordian {
namespace {

// A program put together by hand. Its one module is in no file, so that a place is a module and an offset.
class ClassGraphTest : public testing::Test {
 protected:
  ClassGraphTest() { process("/bin/bank", 4711); }

  ProcessId process(std::string executable, uint32_t pid) {
    Process result;
    result.executable = std::move(executable);
    result.pid = pid;
    Module module;
    module.path = "/nowhere/bank";
    module.start = 0x1000;
    module.end = 0x9000;
    result.modules.push_back(module);
    return program_.processes.add(result);
  }

  LockId lock(std::string name, std::string class_name, ProcessId process = ProcessId{0}) {
    Lock result;
    result.process = process;
    result.name = std::move(name);
    result.class_name = std::move(class_name);
    program_.locks.add(result);
    return program_.graph.add_lock();
  }

  StackId stack(uint64_t pc) {
    Stack result;
    result.return_addresses = {pc};
    return program_.stacks.add(result);
  }

  ChainId chain(ChainId outer, LockId wanted, uint64_t pc, uint64_t count, uint32_t thread = 0) {
    return program_.graph.add_chain(
        {.outer = outer,
         .wanted = {.lock = wanted, .stack = stack(pc), .mode = Mode::blocking},
         .count = count,
         .uses = {{.thread = ThreadId{thread}, .first_segment = 0, .last_segment = 0}},
         .more_uses = false});
  }

  void nest(LockId held, LockId wanted, uint64_t count, uint32_t thread = 0, uint64_t pc = 0x1200) {
    chain(chain(kNoChain, held, 0x1100, count, thread), wanted, pc, count, thread);
  }

  ClassGraph graph(Fold fold = Fold::classes) {
    Symbolizer symbolizer(program_);
    return class_graph(program_, symbolizer, report_, fold);
  }

  static Finding cycle(const std::string& a, const std::string& b, Tier tier, std::string process) {
    Finding result;
    result.tier = tier;
    result.process = std::move(process);
    result.locks = {{a, a, "mutex"}, {b, b, "mutex"}};
    result.edges.resize(2);
    result.edges[0].wanted = result.edges[1].held = 1;
    return result;
  }

  Program program_;
  Report report_;
};

TEST_F(ClassGraphTest, FoldsInstancesAndCountsWhatItLeavesOut) {
  const LockId table = lock("table", "table");
  for (int i = 0; i < 3; ++i) {
    nest(table, lock("items[" + std::to_string(i) + "]", "items[]"), 10, static_cast<uint32_t>(i % 2));
  }
  lock("items[3]", "items[]");  // of a class that is shown, but itself never nested
  lock("alone", "alone");
  lock("other", "other");

  const ClassGraph folded = graph();
  ASSERT_EQ(folded.nodes.size(), 2U);
  EXPECT_EQ(folded.nodes[0].name, "table");
  EXPECT_EQ(folded.nodes[0].nested, 0U);
  EXPECT_EQ(folded.nodes[1].name, "items[]");
  EXPECT_EQ(folded.nodes[1].locks, 3U);
  EXPECT_EQ(folded.nodes[1].nested, 30U);
  EXPECT_EQ(folded.nodes_left_out, 2U);
  EXPECT_EQ(folded.locks_left_out, 3U);
  ASSERT_EQ(folded.edges.size(), 1U);
  EXPECT_EQ(folded.edges[0].from, 0U);
  EXPECT_EQ(folded.edges[0].to, 1U);
  EXPECT_EQ(folded.edges[0].count, 30U);
  EXPECT_EQ(folded.edges[0].threads, 2U);
  EXPECT_EQ(folded.edges[0].sites, 1U);
  EXPECT_FALSE(folded.edges[0].cycle);

  const ClassGraph instances = graph(Fold::instances);
  EXPECT_EQ(instances.nodes.size(), 4U);
  EXPECT_EQ(instances.nodes[3].name, "items[2]");
  EXPECT_EQ(instances.edges.size(), 3U);
  EXPECT_EQ(instances.nodes_left_out, 3U);
}

TEST_F(ClassGraphTest, AnAcquisitionUnderTwoLocksOfAClassCountsOnce) {
  const LockId first = lock("items[0]", "items[]");
  const LockId second = lock("items[1]", "items[]");
  const LockId table = lock("table", "table");
  const ChainId outer = chain(chain(kNoChain, first, 0x1100, 5), second, 0x1110, 5);
  chain(outer, table, 0x1120, 5);

  const ClassGraph folded = graph();
  ASSERT_EQ(folded.edges.size(), 2U);
  EXPECT_EQ(folded.edges[0].from, folded.edges[0].to);  // items[] in items[]: a loop
  EXPECT_EQ(folded.edges[1].count, 5U);
  EXPECT_EQ(folded.edges[1].sites, 2U);
}

TEST_F(ClassGraphTest, TheMostFrequentPlacesAreTheExample) {
  const LockId a = lock("a", "a");
  const LockId b = lock("b", "b");
  nest(a, b, 2, 0, 0x1200);
  nest(a, b, 3, 0, 0x1300);
  nest(a, b, 2, 1, 0x1200);  // the same place on another stack: together more frequent
  const ClassEdge edge = graph().edges.at(0);
  EXPECT_EQ(edge.sites, 2U);
  EXPECT_EQ(edge.count, 7U);
  EXPECT_EQ(edge.wanted_at.module, "/nowhere/bank");
  EXPECT_LE(edge.wanted_at.offset, 0x1200U);  // the call stands before the return address
  EXPECT_GT(edge.wanted_at.offset, 0x1100U);
}

TEST_F(ClassGraphTest, ReportedAndHiddenCyclesAreMarkedWithTheirStrongestTier) {
  const LockId a = lock("a", "a");
  const LockId b = lock("b", "b");
  const LockId c = lock("c", "c");
  nest(a, b, 1);
  nest(b, a, 1);
  nest(b, c, 1);
  report_.findings = {cycle("a", "b", Tier::plausible, "./bank (pid 4711)")};
  report_.hidden = {cycle("a", "b", Tier::guarded, "./bank (pid 4711)")};
  const ClassGraph folded = graph();
  ASSERT_EQ(folded.edges.size(), 3U);
  EXPECT_EQ(folded.edges[0].cycle, Tier::plausible);
  EXPECT_EQ(folded.edges[1].cycle, Tier::plausible);
  EXPECT_FALSE(folded.edges[2].cycle);
  EXPECT_TRUE(folded.nodes[0].in_cycle && folded.nodes[1].in_cycle);
  EXPECT_FALSE(folded.nodes[2].in_cycle);

  report_.findings[0].edges.resize(1);  // evidence that is not a cycle, such as a lock held too long
  EXPECT_EQ(graph().edges[0].cycle, Tier::guarded);
}

TEST_F(ClassGraphTest, OnlyInstancesOnACycleAreMarked) {
  const LockId a0 = lock("a[0]", "a");
  const LockId b0 = lock("b[0]", "b");
  const LockId a1 = lock("a[1]", "a");
  nest(a0, b0, 1);
  nest(b0, a0, 1);
  nest(a1, b0, 1);
  report_.findings = {cycle("a", "b", Tier::plausible, "./bank (pid 4711)")};
  const ClassGraph instances = graph(Fold::instances);
  ASSERT_EQ(instances.edges.size(), 3U);
  EXPECT_TRUE(instances.edges[0].cycle);
  EXPECT_TRUE(instances.edges[1].cycle);
  EXPECT_FALSE(instances.edges[2].cycle);
}

TEST_F(ClassGraphTest, ExecutablesDoNotShareClassesNorCycles) {
  const ProcessId same = process("/bin/bank", 4712);
  const ProcessId other = process("/bin/shop", 4713);
  nest(lock("a", "a"), lock("b", "b"), 1);
  nest(lock("a", "a", same), lock("b", "b", same), 1);
  nest(lock("a", "a", other), lock("b", "b", other), 1);
  report_.findings = {cycle("a", "b", Tier::plausible, "./bank (pid 4711)")};
  const ClassGraph folded = graph();
  ASSERT_EQ(folded.nodes.size(), 4U);
  EXPECT_EQ(folded.nodes[0].locks, 2U);
  EXPECT_EQ(folded.nodes[2].executable, "/bin/shop");
  ASSERT_EQ(folded.edges.size(), 2U);
  EXPECT_EQ(folded.edges[0].count, 2U);
  EXPECT_TRUE(folded.edges[0].cycle);
  EXPECT_FALSE(folded.edges[1].cycle);
}

}  // namespace
}  // namespace gordian
