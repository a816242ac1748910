// SPDX-License-Identifier: Apache-2.0
//
// What a lock operation costs where there are many locks: a recorder that keeps something for each lock, or
// for each pair of locks, pays for it here with cache misses and memory. Run by bench/run in the
// way of on_worker.h.
//
// Locks lie on the heap, one a cache line. A million of them are 64 MB, which no cache holds: a native pair
// costs a cache miss then, and a nested one two. They are taken in an order drawn beforehand. Nested pairs
// are all of an order's locks with those a distance further on; the distance grows with every round, so that
// no pair comes twice before all have been.
//
// Timed is the steady state: what is not known of a kind of nesting is recorded before.
#include <benchmark/benchmark.h>
#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "bench/share_of_work.h"

namespace {

struct alignas(64) Lock {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  void lock() { pthread_mutex_lock(&mutex); }
  void unlock() { pthread_mutex_unlock(&mutex); }
};

// What makes a class of locks: one place that creates them, or, as with std::mutex, whatever place takes them
// first.
enum class Made { here, nowhere };

const auto kWarmUp = static_cast<size_t>(4'000'000 * share_of_work());  // pairs
const auto kTimed = static_cast<int64_t>(4'000'000 * share_of_work());  // the same

class Locks {
 public:
  Locks(size_t number, Made made)
      : locks_(std::make_unique<Lock[]>(number)), order_(number), distance_(number / 2), second_(number / 2) {
    for (size_t i = 0; made == Made::here && i < number; ++i) pthread_mutex_init(&locks_[i].mutex, nullptr);
    std::iota(order_.begin(), order_.end(), 0U);
    std::shuffle(order_.begin(), order_.end(), std::mt19937(1));
  }

  Lock& next() {
    Lock& lock = locks_[order_[first_]];
    if (++first_ == order_.size()) first_ = 0;
    return lock;
  }

  struct Pair {
    Lock& one;
    Lock& other;
  };
  Pair next_pair() {
    Lock& other = locks_[order_[second_]];
    if (++second_ == order_.size()) second_ = 0;
    Lock& one = next();
    if (first_ == 0) further();
    return {one, other};
  }

 private:
  void further() {
    distance_ = distance_ + 1 < order_.size() ? distance_ + 1 : 1;
    second_ = distance_;
  }

  std::unique_ptr<Lock[]> locks_;
  std::vector<uint32_t> order_;
  size_t first_ = 0;
  size_t distance_;
  size_t second_;
};

// `body` takes `pairs` locks.
template <typename Body>
void on_worker(benchmark::State& state, size_t pairs, Body body) {
  std::thread([&] {
    for (size_t i = 0; i < kWarmUp; i += pairs) body();
    for (auto _ : state) body();
  }).join();
  state.counters["pairs"] = static_cast<double>(pairs);
}

[[gnu::noinline]] void nest(Lock& outer, Lock& inner) {
  outer.lock();
  inner.lock();
  inner.unlock();
  outer.unlock();
}

void flat(benchmark::State& state, size_t number) {
  Locks locks(number, Made::here);
  on_worker(state, 1, [&] {
    Lock& lock = locks.next();
    lock.lock();
    lock.unlock();
  });
}

void nested(benchmark::State& state, size_t number, Made made) {
  Locks locks(number, made);
  on_worker(state, 2, [&] {
    const auto [one, other] = locks.next_pair();
    nest(one, other);
  });
}

void nested_by_address(benchmark::State& state, size_t number) {
  Locks locks(number, Made::here);
  on_worker(state, 2, [&] {
    const auto [one, other] = locks.next_pair();
    nest(*std::min(&one, &other), *std::max(&one, &other));
  });
}

// Of two kinds of locks, as accounts and the orders of each.
void nested_in_another_kind(benchmark::State& state, size_t number) {
  Locks outer(number, Made::here);
  Locks inner(number + 1, Made::here);  // so that they do not go round together
  on_worker(state, 2, [&] { nest(outer.next(), inner.next()); });
}

void hub(benchmark::State& state, size_t number) {
  Locks leaves(number, Made::here);
  Lock centre;
  on_worker(state, 2, [&] { nest(centre, leaves.next()); });
}

void three_deep(benchmark::State& state, size_t number) {
  Locks locks(number, Made::here);
  Locks outermost(number + 1, Made::here);
  on_worker(state, 3, [&] {
    const auto [one, other] = locks.next_pair();
    Lock& outer = outermost.next();
    outer.lock();
    one.lock();
    other.lock();
    other.unlock();
    one.unlock();
    outer.unlock();
  });
}

// One place that takes locks of five classes in no order, as a wrapper that everything locks by does.
void five_classes(benchmark::State& state, size_t number) {
  Locks outer(number, Made::here);
  Locks first(number / 5, Made::here);  // a line each, a class each
  Locks second(number / 5, Made::here);
  Locks third(number / 5, Made::here);
  Locks fourth(number / 5, Made::here);
  Locks fifth(number / 5, Made::here);
  std::vector<Lock*> all;
  for (Locks* locks : {&first, &second, &third, &fourth, &fifth}) {
    for (size_t i = 0; i < number / 5; ++i) all.push_back(&locks->next());
  }
  std::shuffle(all.begin(), all.end(), std::mt19937(2));
  size_t next = 0;
  on_worker(state, 2, [&] {
    nest(outer.next(), *all[next]);
    if (++next == all.size()) next = 0;
  });
}

constexpr size_t kOne = 1;
constexpr size_t k1k = 1'000;
constexpr size_t k100k = 100'000;
constexpr size_t k1M = 1'000'000;

// NOLINTBEGIN(cert-err58-cpp)
BENCHMARK_CAPTURE(flat, 1, kOne)->Name("flat-1-lock")->Iterations(kTimed);
BENCHMARK_CAPTURE(flat, 1k, k1k)->Name("flat-1k-locks")->Iterations(kTimed);
BENCHMARK_CAPTURE(flat, 100k, k100k)->Name("flat-100k-locks")->Iterations(kTimed);
BENCHMARK_CAPTURE(flat, 1M, k1M)->Name("flat-1M-locks")->Iterations(kTimed);
BENCHMARK_CAPTURE(nested, 1k, k1k, Made::here)->Name("nested-at-random-1k-locks")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested, 100k, k100k, Made::here)
    ->Name("nested-at-random-100k-locks")
    ->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested, 1M, k1M, Made::here)->Name("nested-at-random-1M-locks")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested, 1k, k1k, Made::nowhere)
    ->Name("nested-at-random-1k-std-mutexes")
    ->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested, 1M, k1M, Made::nowhere)
    ->Name("nested-at-random-1M-std-mutexes")
    ->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested_by_address, 1k, k1k)->Name("nested-by-address-1k-locks")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested_by_address, 1M, k1M)->Name("nested-by-address-1M-locks")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested_in_another_kind, 1k, k1k)
    ->Name("nested-in-another-kind-1k-locks")
    ->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(nested_in_another_kind, 1M, k1M)
    ->Name("nested-in-another-kind-1M-locks")
    ->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(hub, 1k, k1k)->Name("hub-to-1k-leaves")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(hub, 1M, k1M)->Name("hub-to-1M-leaves")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(three_deep, 1k, k1k)->Name("three-deep-1k-locks")->Iterations(kTimed / 3);
BENCHMARK_CAPTURE(three_deep, 1M, k1M)->Name("three-deep-1M-locks")->Iterations(kTimed / 3);
BENCHMARK_CAPTURE(five_classes, 1k, k1k)->Name("five-classes-1k-locks")->Iterations(kTimed / 2);
BENCHMARK_CAPTURE(five_classes, 1M, k1M)->Name("five-classes-1M-locks")->Iterations(kTimed / 2);
// NOLINTEND(cert-err58-cpp)

}  // namespace
