// SPDX-License-Identifier: Apache-2.0
//
// What a mutex costs, alone, nested and between threads; and what a thread costs. Run by bench/run, as
// on_worker.h says.
#include <array>
#include <memory>
#include <thread>

#include "bench/on_worker.h"

namespace {

Lock locks[128];
Lock outer;

// Taken innermost last, every level by an instruction of its own.
template <int Depth>
[[gnu::always_inline]] inline void nest() {
  locks[Depth - 1].lock();
  if constexpr (Depth > 1) nest<Depth - 1>();
  locks[Depth - 1].unlock();
}

// The same, every level in a function of its own.
template <int Depth>
[[gnu::noinline]] void nest_calls() {
  locks[Depth - 1].lock();
  if constexpr (Depth > 1) nest_calls<Depth - 1>();
  locks[Depth - 1].unlock();
}

template <int Depth>
void nested(benchmark::State& state) {
  on_worker(state, [] { nest<Depth>(); });
  count_pairs(state, Depth);
}

template <int Depth>
void nested_across_functions(benchmark::State& state) {
  on_worker(state, [] { nest_calls<Depth>(); });
  count_pairs(state, Depth);
}

// As above, reached along two call paths in turn, as a helper with several callers is.
void nested_from_two_callers(benchmark::State& state) {
  on_worker(state, [] {
    nest_calls<4>();
    nest_calls<4>();
  });
  count_pairs(state, 8);
}

// One place that takes another lock every time, as a table of buckets does.
void alternating(benchmark::State& state) {
  unsigned next = 0;
  on_worker(state, [&] {
    Lock& lock = locks[next++ % 4];
    lock.lock();
    lock.unlock();
  });
  count_pairs(state, 1);
}

void alternating_inside(benchmark::State& state) {
  unsigned next = 0;
  on_worker(state, [&] {
    Lock& lock = locks[next++ % 4];
    outer.lock();
    lock.lock();
    lock.unlock();
    outer.unlock();
  });
  count_pairs(state, 2);
}

void disjoint(benchmark::State& state) {
  Lock& lock = locks[state.thread_index()];
  for (auto _ : state) {
    lock.lock();
    lock.unlock();
  }
  count_pairs(state, 1);
}

void contended(benchmark::State& state) {
  static unsigned shared;
  for (auto _ : state) {
    outer.lock();
    benchmark::DoNotOptimize(++shared);
    outer.unlock();
  }
  count_pairs(state, 1);
}

// Each lock in memory that held none before, but is there: the page faults are not counted.
void first_touch(benchmark::State& state) {
  using Batch = std::array<Lock, 4096>;
  std::unique_ptr<Batch> fresh;
  size_t next = 0;
  on_worker(state, [&] {
    if (fresh == nullptr || next == fresh->size()) {
      state.PauseTiming();
      fresh = std::make_unique<Batch>();
      next = 0;
      state.ResumeTiming();
    }
    Lock& lock = (*fresh)[next++];
    lock.lock();
    lock.unlock();
  });
  count_pairs(state, 1);
}

// One iteration gives the turn to another thread and gets it back, both by a condition variable.
struct HandOff {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
  bool partners_turn = false;
  bool done = false;

  void give_and_take() {
    pthread_mutex_lock(&mutex);
    partners_turn = true;
    pthread_cond_signal(&turned);
    while (partners_turn) pthread_cond_wait(&turned, &mutex);
    pthread_mutex_unlock(&mutex);
  }
  void partner() {
    pthread_mutex_lock(&mutex);
    while (!done) {
      if (partners_turn) {
        partners_turn = false;
        pthread_cond_signal(&turned);
      }
      pthread_cond_wait(&turned, &mutex);
    }
    pthread_mutex_unlock(&mutex);
  }
  void finish() {
    pthread_mutex_lock(&mutex);
    done = true;
    pthread_cond_signal(&turned);
    pthread_mutex_unlock(&mutex);
  }
};

void hand_off(benchmark::State& state) {
  HandOff baton;
  std::thread partner([&] { baton.partner(); });
  on_worker(state, [&] { baton.give_and_take(); });
  baton.finish();
  partner.join();
}

void start_join(benchmark::State& state) {
  on_worker(state, [] {
    pthread_t thread;
    pthread_create(
        &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
    pthread_join(thread, nullptr);
  });
}

const auto kThreadStarts = static_cast<benchmark::IterationCount>(10'000 * share_of_work());

BENCHMARK(nested<1>)->Name("flat");
BENCHMARK(nested<2>)->Name("depth-2");
BENCHMARK(nested<4>)->Name("depth-4");
BENCHMARK(nested<16>)->Name("depth-16");
BENCHMARK(nested<64>)->Name("depth-64");
BENCHMARK(nested<128>)->Name("depth-128");
BENCHMARK(nested_across_functions<4>)->Name("depth-4-across-functions");
BENCHMARK(nested_from_two_callers)->Name("depth-4-from-two-callers");
BENCHMARK(alternating)->Name("alternating-4-locks");
BENCHMARK(alternating_inside)->Name("alternating-4-locks-inside-another");
BENCHMARK(disjoint)->Name("2-threads-disjoint")->Threads(2)->UseRealTime();
BENCHMARK(disjoint)->Name("4-threads-disjoint")->Threads(4)->UseRealTime();
BENCHMARK(disjoint)->Name("8-threads-disjoint")->Threads(8)->UseRealTime();
BENCHMARK(contended)->Name("2-threads-contended")->Threads(2)->UseRealTime();
BENCHMARK(contended)->Name("8-threads-contended")->Threads(8)->UseRealTime();
BENCHMARK(first_touch)->Name("first-touch");
BENCHMARK(hand_off)->Name("condition-hand-off")->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(start_join)
    ->Name("thread-start-join")
    ->Iterations(kThreadStarts)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
