// SPDX-License-Identifier: Apache-2.0
//
// kind_graph() on the cases it has names for, and against a model that lists the edges of every chain by
// itself and merges nothing.
#include "core/graph/kind_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/range/iterator_range.hpp>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "core/findings/feasibility.h"
#include "core/graph/cycles.h"
#include "tests/unit/program_builder.h"

namespace gordian {
namespace {

// Places where locks are made and taken. Nobody looks into the stacks.
constexpr StackId kHere{100};
constexpr StackId kThere{101};
constexpr StackId kElsewhere{102};

class KindGraphTest : public testing::Test {
 protected:
  LockId created(StackId where) { return lock(where, kNoStack); }
  LockId lock(StackId created, StackId first_taken) {
    const LockId id = build.lock();
    build.program.locks[id].created = created;
    build.program.locks[id].first_taken = first_taken;
    return id;
  }

  // Takes `locks` one inside the other, the n-th of them always at the same place. Returns the innermost.
  ChainId nest(const std::vector<LockId>& locks, Use use, uint64_t count = 1) {
    ChainId outer = kNoChain;
    for (size_t i = 0; i < locks.size(); ++i) {
      Chain chain;
      chain.outer = outer;
      chain.wanted = {locks[i], StackId{static_cast<uint32_t>(i)}, Mode::blocking};
      if (i + 1 == locks.size()) {
        chain.count = count;
        chain.uses = {use};
      }
      outer = build.program.graph.add_chain(chain);
    }
    return outer;
  }
  ChainId nest(const std::vector<LockId>& locks) { return nest(locks, Use{ThreadId{0}, 0, 0}); }
  void summarise(ChainId chain) { build.program.graph.chain(chain).summary = true; }

  static bool has(const LockGraph& graph, LockId held, LockId wanted) {
    return graph.find(held, wanted).has_value();
  }

  ProgramBuilder build;
  const LockId a1 = created(kHere);
  const LockId b1 = created(kThere);
  const LockId a2 = created(kHere);
  const LockId b2 = created(kThere);
  const LockId x = created(kElsewhere);
};

TEST_F(KindGraphTest, OnlyAMarkedChainIsASummary) {
  EXPECT_FALSE(has_summaries(build.program));
  const ChainId inner = nest({a1, b1});
  EXPECT_FALSE(has_summaries(build.program));
  summarise(inner);
  EXPECT_TRUE(has_summaries(build.program));
}

TEST_F(KindGraphTest, WithoutASummaryItIsTheLockGraph) {
  nest({a1, b1, x});
  nest({a2, b2});
  const LockGraph graph = kind_graph(build.program);
  EXPECT_EQ(graph.edge_count(), 4U);
  EXPECT_TRUE(has(graph, a1, b1));
  EXPECT_TRUE(has(graph, a2, b2));
  for (const LockId lock : {a1, a2, b1, b2, x}) EXPECT_EQ(graph.vertex(lock), LockGraph::Vertex::lock);
}

TEST_F(KindGraphTest, TheLocksOfASummarisedClassAreItsFirst) {
  summarise(nest({a2, b2}));
  nest({x, a2});
  nest({b1, x});
  const LockGraph graph = kind_graph(build.program);
  EXPECT_EQ(graph.edge_count(), 3U);
  EXPECT_TRUE(has(graph, a1, b1));
  EXPECT_TRUE(has(graph, x, a1));
  EXPECT_TRUE(has(graph, b1, x));
  EXPECT_EQ(graph.vertex(a1), LockGraph::Vertex::lock_class);
  EXPECT_EQ(graph.vertex(b1), LockGraph::Vertex::lock_class);
  EXPECT_EQ(graph.vertex(x), LockGraph::Vertex::lock) << "no summary has a lock of its class";
}

TEST_F(KindGraphTest, AClassIsThePlaceOfCreationOrElseOfTheFirstTaking) {
  const LockId made_and_taken = lock(kHere, kElsewhere);
  const LockId taken = lock(kNoStack, kHere);
  const LockId unknown = lock(kNoStack, kNoStack);
  const LockId unknown_too = lock(kNoStack, kNoStack);
  summarise(nest({a1, unknown}));
  nest({b1, made_and_taken});
  nest({b2, taken});
  nest({b2, unknown_too});
  const LockGraph graph = kind_graph(build.program);
  EXPECT_EQ(graph.edge_count(), 4U);
  EXPECT_TRUE(has(graph, a1, unknown));
  EXPECT_TRUE(has(graph, b1, a1));
  EXPECT_TRUE(has(graph, b2, a1));
  EXPECT_TRUE(has(graph, b2, unknown_too)) << "nothing says that it is of a class with another";
  EXPECT_EQ(graph.vertex(unknown), LockGraph::Vertex::lock);
}

TEST_F(KindGraphTest, WhatIsMergedAddsUp) {
  const ThreadId one = build.thread("one", 1);
  const ThreadId two = build.thread("two", 2);
  nest({a1, b1}, {one, 3, 4}, 10);
  const ChainId last = nest({a2, b2}, {one, 5, 8}, 20);
  nest({a1, b2}, {two, 1, 1}, 30);
  summarise(last);
  build.program.graph.chain(last).more_uses = true;

  const LockGraph graph = kind_graph(build.program);
  ASSERT_EQ(graph.edge_count(), 1U);
  const LockGraph::Edge edge = graph.find(a1, b1).value();
  EXPECT_EQ(graph.count(edge), 60U);
  ASSERT_EQ(graph.evidence(edge).size(), 1U) << "taken at the same places: one chain";
  const Chain& chain = graph.chain(graph.evidence(edge)[0].wanted);
  EXPECT_TRUE(chain.summary);
  EXPECT_TRUE(chain.more_uses);
  ASSERT_EQ(chain.uses.size(), 2U);
  EXPECT_EQ(chain.uses[0].thread, one);
  EXPECT_EQ(chain.uses[0].first_segment, 3U);
  EXPECT_EQ(chain.uses[0].last_segment, 8U);
  EXPECT_EQ(chain.uses[1].thread, two);
}

TEST_F(KindGraphTest, ChainsOfDifferentPlacesOrModesStayApart) {
  summarise(nest({a1, b1}));
  const ChainId outer = nest({a2});
  for (const Mode mode : {Mode::timed, Mode::try_only}) {
    Chain chain;
    chain.outer = outer;
    chain.wanted = {b2, StackId{1}, mode};
    build.program.graph.add_chain(chain);
  }
  Chain elsewhere;
  elsewhere.outer = outer;
  elsewhere.wanted = {b2, kElsewhere, Mode::blocking};
  build.program.graph.add_chain(elsewhere);

  const LockGraph graph = kind_graph(build.program);
  EXPECT_EQ(graph.chains().size(), 5U);
  EXPECT_EQ(graph.evidence(graph.find(a1, b1).value()).size(), 3U) << "a try makes no edge";
}

TEST_F(KindGraphTest, TwoLocksOfAClassMakeNoEdgeButAreNoReentryEither) {
  summarise(nest({x, a1, a2}));
  nest({a1, b1, a2});
  const LockGraph graph = kind_graph(build.program);
  EXPECT_EQ(graph.edge_count(), 3U);
  EXPECT_FALSE(has(graph, a1, a1));
  EXPECT_TRUE(has(graph, x, a1));
  EXPECT_TRUE(has(graph, a1, b1));
  EXPECT_TRUE(has(graph, b1, a1)) << "a2 is waited for: it is not the lock that is held";
}

TEST_F(KindGraphTest, ACycleOfClassesIsFound) {
  const ThreadId other = build.thread("other", 1);
  summarise(nest({a1, b1}));
  nest({b2, a2}, {other, 0, 0});
  EXPECT_TRUE(find_cycles(build.program.graph).empty());

  const LockGraph graph = kind_graph(build.program);
  EXPECT_EQ(find_cycles(graph), (std::vector<Cycle>{{{a1, b1}}}));
  EXPECT_TRUE(is_summarised(graph, graph.find(a1, b1).value()));
  EXPECT_FALSE(is_summarised(graph, graph.find(b1, a1).value()));
}

// Two threads that hold locks of one class may hold two different ones; the lock x is the same one.
TEST_F(KindGraphTest, AClassIsNoGate) {
  const ThreadId other = build.thread("other", 1);
  const LockId c = created(StackId{200});
  const LockId d = created(StackId{201});
  summarise(nest({a1, b1}));
  const auto tier = [&] {
    const LockGraph graph = kind_graph(build.program);
    return judge(Cycle{{c, d}}, graph, Ordering(build.program)).tier;
  };
  nest({a1, x, c, d});
  nest({a1, x, d, c}, {other, 0, 0});
  EXPECT_EQ(tier(), Tier::guarded);
  nest({a1, c, d});
  EXPECT_EQ(tier(), Tier::plausible);
  EXPECT_EQ(judge(Cycle{{c, d}}, build.program.graph, Ordering(build.program)).tier, Tier::guarded)
      << "lock by lock, it is a1 both times";
}

// ---- against the model ----

struct EdgeFacts {
  uint64_t count = 0;
  bool summarised = false;
  std::map<ThreadId, std::pair<uint32_t, uint32_t>> uses;  // first and last segment
  friend bool operator==(const EdgeFacts&, const EdgeFacts&) = default;

  void add(const Chain& chain) {
    count += chain.count;
    summarised |= chain.summary;
    for (const Use& use : chain.uses) {
      auto& [first, last] = uses.try_emplace(use.thread, use.first_segment, use.last_segment).first->second;
      first = std::min(first, use.first_segment);
      last = std::max(last, use.last_segment);
    }
  }
};
using Edges = std::map<std::pair<LockId, LockId>, EdgeFacts>;

class Model {
 public:
  explicit Model(const Program& program) : program_(program) {
    for (const Chain& chain : program.graph.chains()) {
      if (!chain.summary) continue;
      for (const LockId lock : locks_of(chain)) classes_.insert(class_of(lock));
    }
    classes_.erase(kNoStack);
    for (const Chain& chain : program.graph.chains()) add(chain);
  }

  Edges edges;

 private:
  StackId class_of(LockId lock) const {
    const Lock& of = program_.locks[lock];
    return of.created != kNoStack ? of.created : of.first_taken;
  }

  bool by_class(LockId lock) const { return classes_.contains(class_of(lock)); }

  LockId standing_for(LockId lock) const {
    for (uint32_t i = 0; by_class(lock) && i < index(lock); ++i) {
      if (class_of(LockId{i}) == class_of(lock)) return LockId{i};
    }
    return lock;
  }

  // Wanted lock first.
  std::vector<LockId> locks_of(const Chain& chain) const {
    std::vector<LockId> locks = {chain.wanted.lock};
    for (ChainId at = chain.outer; at != kNoChain; at = program_.graph.chain(at).outer) {
      locks.push_back(program_.graph.chain(at).wanted.lock);
    }
    return locks;
  }

  void add(const Chain& chain) {
    if (chain.wanted.mode == Mode::try_only) return;
    const std::vector<LockId> locks = locks_of(chain);
    if (!by_class(locks[0]) && std::ranges::count(locks, locks[0]) > 1) return;  // re-entry
    std::set<LockId> vertices;
    for (const LockId lock : locks) vertices.insert(standing_for(lock));
    const LockId wanted = standing_for(locks[0]);
    vertices.erase(wanted);
    for (const LockId held : vertices) edges[{held, wanted}].add(chain);
  }

  const Program& program_;
  std::set<StackId> classes_;
};

Edges edges_of(const LockGraph& graph) {
  Edges edges;
  for (const auto edge : boost::make_iterator_range(boost::edges(graph.boost_graph()))) {
    EdgeFacts& facts = edges[{graph.held(edge), graph.wanted(edge)}];
    for (const Evidence& evidence : graph.evidence(edge)) facts.add(graph.chain(evidence.wanted));
    EXPECT_EQ(facts.count, graph.count(edge));
    EXPECT_EQ(facts.summarised, is_summarised(graph, edge));
  }
  return edges;
}

class RandomProgram {
 public:
  explicit RandomProgram(uint32_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) build_.thread("", 1);
    for (int i = 0; i < 10; ++i) {
      Lock& lock = build_.program.locks[build_.lock()];
      lock.created = place();
      lock.first_taken = place();
    }
    for (int i = 0; i < 60; ++i) add_chain();
  }

  const Program& program() const { return build_.program; }

 private:
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  StackId place() { return below(4) == 0 ? kNoStack : StackId{below(4)}; }

  void add_chain() {
    LockGraph& graph = build_.program.graph;
    const auto chains = static_cast<uint32_t>(graph.chains().size());
    Chain chain;
    if (chains > 0 && below(4) != 0) chain.outer = ChainId{below(chains)};
    chain.wanted = {LockId{below(10)}, StackId{below(2)}, static_cast<Mode>(below(4))};
    chain.count = below(100);
    chain.summary = below(20) == 0;
    if (below(4) != 0) {
      const uint32_t first = below(5);
      chain.uses.push_back({ThreadId{below(4)}, first, first + below(5)});
    }
    graph.add_chain(chain);
  }

  std::mt19937 random_;
  ProgramBuilder build_;
};

TEST(KindGraphModelTest, HasTheEdgesOfEveryChain) {
  size_t merged = 0;
  for (uint32_t seed = 1; seed <= 500; ++seed) {
    const RandomProgram random(seed);
    const LockGraph graph = kind_graph(random.program());
    ASSERT_EQ(edges_of(graph), Model(random.program()).edges) << "seed " << seed;
    EXPECT_EQ(graph.lock_count(), random.program().locks.size());
    if (graph.chains().size() < random.program().graph.chains().size()) ++merged;
  }
  EXPECT_GT(merged, 200U);
}

}  // namespace
}  // namespace gordian
