// SPDX-License-Identifier: Apache-2.0
//
// Traces of programs with very many locks, by the number: what a recorder without a chain budget would write.
//
// All locks of a class are made at one place and taken at another; every thread but the main one takes its
// share of the nestings. Each edge is one chain of two locks, recorded once.
#ifndef GORDIAN_TESTS_UNIT_BIG_RUN_H
#define GORDIAN_TESTS_UNIT_BIG_RUN_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/unit/trace_builder.h"

namespace gordian {

enum class BigShape : uint8_t {
  layers,  // locks of a class nest in those of the two before it: no cycle, but for `inversions`
  tangle,  // any lock in any other, so that nearly all locks are one component
  pairs,   // as the tangle, and each pair in both orders: a cycle for every other edge
  hub,     // as few locks as possible outside, all others inside them
};

class BigRun {
 public:
  static constexpr uint32_t kClasses = 200;  // a tangle has a tenth of them
  static constexpr uint32_t kThreads = 8;

  struct Size {
    uint32_t locks = 0;       // of which each class has the same number
    uint32_t edges = 0;       // distinct ones, but for a few that chance repeats in a tangle
    uint32_t inversions = 0;  // of layers: further ones, from a class back to one of the four before it
  };

  // `code(site)` is a return address in a place of its own: of a creation for sites below kClasses, of an
  // acquisition for the kClasses behind these, then two of each inversion: where it holds and where it wants.
  template <typename Code>
  BigRun(BigShape shape, Size size, Code code)
      : size_(size),
        classes_(shape == BigShape::tangle || shape == BigShape::pairs ? kClasses / 10 : kClasses) {
    const size_t per_edge = sizeof(format::ChainRecord) + sizeof(format::UseRecord);
    trace_.reserve(size_t{size.locks} * (sizeof(format::LockRecord) + per_edge) + size.edges * per_edge +
                   (1 << 20));
    const format::ThreadRef main = trace_.thread(trace_.header().pid);
    for (uint32_t thread = 0; thread < kThreads; ++thread) {
      threads_.push_back(trace_.thread(9000 + thread, main));
    }
    for (uint32_t site = 0; site < 2 * kClasses + 2 * size.inversions; ++site) {
      sites_.push_back(trace_.stack({code(site), code(0)}));
    }
    for (uint32_t lock = 0; lock < size.locks; ++lock) {
      locks_.push_back(trace_.lock(0x7f00'0000'0000 + uint64_t{lock} * 64, sites_[class_of(lock)],
                                   sites_[kClasses + class_of(lock)]));
      outer_.push_back(taken(format::ChainRef::none, lock, kClasses + class_of(lock), thread_of(lock)));
    }
    if (shape == BigShape::layers) add_layers();
    if (shape == BigShape::tangle) add_pairs(1);
    if (shape == BigShape::pairs) add_pairs(2);
    if (shape == BigShape::hub) add_hub();
  }

  TraceBuilder& trace() { return trace_; }

 private:
  uint32_t class_of(uint32_t lock) const { return lock % classes_; }
  uint32_t thread_of(uint32_t lock) const { return (lock / kClasses + class_of(lock)) % kThreads; }

  format::ChainRef taken(format::ChainRef outer, uint32_t lock, uint32_t site, uint32_t thread) {
    const format::ChainRef chain = trace_.chain(outer, locks_[lock], sites_[site]);
    trace_.use(chain, threads_[thread]);
    return chain;
  }

  void nest(uint32_t held, uint32_t wanted) {
    taken(outer_[held], wanted, kClasses + class_of(wanted), thread_of(held));
  }

  void add_layers() {
    const uint32_t in_class = size_.locks / kClasses;
    const uint32_t layers = kClasses - 2;
    for (uint32_t edge = 0; edge < size_.edges; ++edge) {
      // The n-th edge of a lock leads to a lock of its own, since no step divides the number of locks.
      const uint32_t held_class = edge % layers;
      const uint32_t held = edge / layers % in_class;
      const uint32_t nth = edge / layers / in_class;
      const uint32_t wanted = (held + nth / 2 * (in_class / 7 + 1)) % in_class;
      nest(held * kClasses + held_class, wanted * kClasses + held_class + 1 + nth % 2);
    }
    for (uint32_t inversion = 0; inversion < size_.inversions; ++inversion) {
      // The first edges lead from a lock to its neighbour of the next class; none of these starts in
      // `thread`.
      const uint32_t lock = (inversion * 37 % in_class) * kClasses + inversion * 31 % (layers - 4);
      const uint32_t later = lock + 1 + inversion % 4;
      const uint32_t thread = (thread_of(lock) + kThreads - 1) % kThreads;
      const uint32_t site = 2 * kClasses + 2 * inversion;
      taken(taken(format::ChainRef::none, later, site, thread), lock, site + 1, thread);
    }
  }

  void add_pairs(uint32_t orders) {
    std::mt19937 random(1);
    for (uint32_t edge = 0; edge < size_.edges; edge += orders) {
      const uint32_t held = static_cast<uint32_t>(random()) % size_.locks;
      const uint32_t wanted = (held + 1 + static_cast<uint32_t>(random()) % (size_.locks - 1)) % size_.locks;
      nest(held, wanted);
      if (orders == 2) nest(wanted, held);
    }
  }

  void add_hub() {
    const uint32_t hubs = size_.edges / size_.locks + 1;
    const uint32_t inner = size_.locks - hubs;
    for (uint32_t edge = 0; edge < size_.edges; ++edge) nest(edge / inner, hubs + edge % inner);
  }

  Size size_;
  uint32_t classes_;
  TraceBuilder trace_;
  std::vector<format::ThreadRef> threads_;
  std::vector<format::StackRef> sites_;
  std::vector<format::LockRef> locks_;
  std::vector<format::ChainRef> outer_;  // each lock taken with nothing else held
};

}  // namespace gordian

#endif  // GORDIAN_TESTS_UNIT_BIG_RUN_H
