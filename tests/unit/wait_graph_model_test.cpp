// SPDX-License-Identifier: Apache-2.0
//
// find_standstills() against trying every order in which threads could be let go, on small random systems.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "core/graph/wait_graph.h"
#include "tests/unit/moment_builder.h"

namespace gordian {
namespace {

using format::WaitKind;
using Set = uint32_t;  // of threads, a bit each

Set bit(size_t thread) {
  return Set{1} << thread;
}

// Says from what is still held by those not yet let go whether one more may be.
class Model {
 public:
  // `woken`: somebody wakes whoever may be woken by anybody.
  explicit Model(const Program& program, bool woken = false)
      : program_(program), states_(program.states), woken_(woken), tried_(size_t{1} << states_.size()) {
    let_go(0);
  }

  Set stuck() const {
    Set stuck = 0;
    for (size_t i = 0; i < states_.size(); ++i) {
      if ((ever_ & bit(i)) == 0 && !states_[i].ended) stuck |= bit(i);
    }
    return stuck;
  }

  // Whether `i` waits for what `other` keeps, or for its end.
  bool waits_for(size_t i, size_t other) const {
    const Wait& wait = states_[i].wait;
    if (wait.kind == WaitKind::thread) return wait.thread == states_[other].thread;
    if (wait.kind != WaitKind::lock || wait.anyone_ends) return false;
    return keeps(other, i) || (wait.behind_writers && i != other && waits_to_write(other, wait.lock));
  }

 private:
  void let_go(Set gone) {
    if (tried_[gone]) return;
    tried_[gone] = true;
    ever_ |= gone;
    for (size_t i = 0; i < states_.size(); ++i) {
      if ((gone & bit(i)) == 0 && may_go(i, gone)) let_go(gone | bit(i));
    }
  }

  bool may_go(size_t i, Set gone) const {
    const Wait& wait = states_[i].wait;
    if (states_[i].ended) return false;
    if (wait.timed) return true;
    switch (wait.kind) {
      case WaitKind::nothing:
        return true;
      case WaitKind::condition:
      case WaitKind::barrier:
        return anyone_wakes(gone);
      case WaitKind::thread:
        return any([&](size_t other) {
          return states_[other].thread == wait.thread && (states_[other].ended || (gone & bit(other)) != 0);
        });
      case WaitKind::lock:
        return program_.locks[wait.lock].kind == LockKind::semaphore ? gets_permit(i, gone)
                                                                     : gets_lock(i, gone);
    }
    return true;
  }

  bool gets_permit(size_t i, Set gone) const {
    const Wait& wait = states_[i].wait;
    if (wait.anyone_ends || held(wait.lock, 0) == 0) return anyone_wakes(gone);
    const uint32_t all = program_.locks[wait.lock].permits;
    return all == 0 || held(wait.lock, gone) < all;
  }

  bool gets_lock(size_t i, Set gone) const {
    const Wait& wait = states_[i].wait;
    if (wait.owner_is_gone) return false;
    return !any([&](size_t other) {
      const bool is_there = (gone & bit(other)) == 0;
      return is_there &&
             (keeps(other, i) || (wait.behind_writers && i != other && waits_to_write(other, wait.lock)));
    });
  }

  bool keeps(size_t holder, size_t waiter) const {
    const Wait& wait = states_[waiter].wait;
    return std::ranges::any_of(states_[holder].held, [&](const HeldLock& held) {
      return held.lock == wait.lock && (!held.shared || !wait.shared);
    });
  }
  bool waits_to_write(size_t i, LockId lock) const {
    const Wait& wait = states_[i].wait;
    return wait.kind == WaitKind::lock && wait.lock == lock && !wait.shared;
  }

  // Permits that threads other than `gone` have.
  uint32_t held(LockId lock, Set gone) const {
    uint32_t sum = 0;
    for (size_t i = 0; i < states_.size(); ++i) {
      for (const HeldLock& each : states_[i].held) {
        if ((gone & bit(i)) == 0 && each.lock == lock) sum += each.permits;
      }
    }
    return sum;
  }

  bool anyone_wakes(Set gone) const {
    return woken_ || gone != 0 || !program_.processes[ProcessId{0}].all_threads_known;
  }

  template <typename Test>
  bool any(Test test) const {
    for (size_t i = 0; i < states_.size(); ++i) {
      if (test(i)) return true;
    }
    return false;
  }

  const Program& program_;
  const std::vector<ThreadState>& states_;
  const bool woken_;
  std::vector<bool> tried_;
  Set ever_ = 0;
};

class RandomSystem {
 public:
  explicit RandomSystem(std::mt19937& random) : random_(random) {
    const uint32_t lock_count = 1 + below(5);
    for (uint32_t i = 0; i < lock_count; ++i) add_lock();
    const uint32_t thread_count = 2 + below(5);
    for (uint32_t i = 0; i < thread_count; ++i) build.thread();
    for (const LockId lock : locks_) hand_out(lock);
    for (size_t i = 0; i < thread_count; ++i) make_wait(i);
    if (below(2) == 0) build.everybody_is_known();
  }

  MomentBuilder build;

 private:
  uint32_t below(uint32_t bound) { return std::uniform_int_distribution<uint32_t>(0, bound - 1)(random_); }
  bool once_in(uint32_t times) { return below(times) == 0; }
  size_t any_thread() { return below(static_cast<uint32_t>(build.program.states.size())); }

  void add_lock() {
    constexpr std::array kKinds = {LockKind::mutex, LockKind::rwlock, LockKind::semaphore};
    const LockKind kind = kKinds[below(3)];
    locks_.push_back(build.lock(kind, kind == LockKind::semaphore ? below(4) : 0));
  }

  // As a lock of its kind could be: one writer or several readers, no more permits than there are.
  void hand_out(LockId lock) {
    const Lock& kind = build.program.locks[lock];
    if (kind.kind == LockKind::semaphore) {
      for (uint32_t left = kind.permits; left != 0 && !once_in(8);) {
        const uint32_t some = 1 + below(left);
        build.holds(any_thread(), lock, some);
        left -= some;
      }
      if (kind.permits == 0 && once_in(2)) build.holds(any_thread(), lock);
    } else if (kind.kind == LockKind::rwlock && once_in(2)) {
      for (uint32_t i = 0; i <= below(3); ++i) build.reads(any_thread(), lock);
    } else if (!once_in(6)) {
      build.holds(any_thread(), lock);
    }
  }

  void make_wait(size_t i) {
    const uint32_t choice = below(16);
    if (choice == 0) {
      build.program.states[i].ended = true;
    } else if (choice == 1) {
      build.waits(i, once_in(2) ? WaitKind::condition : WaitKind::barrier);
    } else if (choice < 5) {
      if (const size_t target = any_thread(); target != i) build.joins(i, target);
    } else if (choice < 15) {
      want(i, locks_[below(static_cast<uint32_t>(locks_.size()))]);
    }
    build.program.states[i].wait.timed = once_in(20);
  }

  void want(size_t i, LockId lock) {
    Wait& wait = build.wants(i, lock);
    const LockKind kind = build.program.locks[lock].kind;
    wait.shared = kind == LockKind::rwlock && once_in(2);
    wait.behind_writers = wait.shared && once_in(2);
    wait.anyone_ends = kind == LockKind::semaphore && once_in(4);
    wait.owner_is_gone = kind == LockKind::mutex && once_in(30);
  }

  std::mt19937& random_;
  std::vector<LockId> locks_;
};

struct Seen {
  size_t cycles = 0;
  size_t long_cycles = 0;
  size_t behind = 0;
  size_t everyone = 0;
  size_t left_behind = 0;
  size_t sound = 0;  // systems where all go on
};

void check(const Program& program, Seen& seen) {
  const Model model(program);
  const Model model_of_the_woken(program, true);
  Set found = 0;
  const auto find = [&](size_t i) {
    EXPECT_EQ(found & bit(i), 0U) << "in two standstills";
    found |= bit(i);
  };
  for (const Standstill& each : find_standstills(program)) {
    ASSERT_NE(each.cycle.empty(), !each.everyone);
    for (size_t i = 0; i < each.cycle.size(); ++i) {
      find(each.cycle[i]);
      const size_t next = each.cycle[(i + 1) % each.cycle.size()];
      if (model.waits_for(each.cycle[i], next)) continue;
      ++seen.left_behind;
      ASSERT_EQ(each.cycle.size(), 1U);
      bool is_left_behind = program.states[next].wait.owner_is_gone;
      for (size_t other = 0; other < program.states.size(); ++other)
        is_left_behind |= program.states[other].ended && model.waits_for(next, other);
      ASSERT_TRUE(is_left_behind);
    }
    for (const size_t i : each.behind) find(i);
    seen.cycles += each.cycle.empty() ? 0U : 1U;
    seen.long_cycles += each.cycle.size() > 2 ? 1U : 0U;
    seen.behind += each.everyone ? 0 : each.behind.size();
    seen.everyone += each.everyone ? 1U : 0U;
    // A cycle is none that anybody might open by waking one of them.
    for (const auto* members : {&each.cycle, &each.behind}) {
      for (const size_t i : *members) ASSERT_EQ((model_of_the_woken.stuck() & bit(i)) == 0, each.everyone);
    }
  }
  ASSERT_EQ(found, model.stuck());
  seen.sound += found == 0 ? 1U : 0U;
}

TEST(WaitGraphModel, FindsThoseWhoNeverGoOnInAnyOrder) {
  std::mt19937 random(20260117);
  Seen seen;
  for (int system = 0; system < 50'000 && !HasFatalFailure(); ++system) {
    SCOPED_TRACE(system);
    check(RandomSystem(random).build.program, seen);
  }
  EXPECT_GT(seen.cycles, 1'000U);
  EXPECT_GT(seen.long_cycles, 100U);
  EXPECT_GT(seen.behind, 1'000U);
  EXPECT_GT(seen.everyone, 100U);
  EXPECT_GT(seen.left_behind, 100U);
  EXPECT_GT(seen.sound, 1'000U);
}

}  // namespace
}  // namespace gordian
