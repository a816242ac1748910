// SPDX-License-Identifier: Apache-2.0
//
// What a lock operation costs. Run by run.py, which starts this program once per measurement, with and
// without a preload.
//
// Nothing here runs while the process has a single thread, where glibc leaves out its atomic instructions:
// the body runs on a worker, and the main thread waits for it. The worker's CPU clock is the one that counts;
// where threads wait for one another, the name of the benchmark asks for wall time too.
//
// "pairs" is how many lock+unlock pairs one iteration makes; run.py divides times by it.
#include <benchmark/benchmark.h>
#include <pthread.h>

#include <thread>

namespace {

// On a cache line of its own, and its neighbour, which the processor fetches along with it.
struct alignas(128) Lock {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  void lock() { pthread_mutex_lock(&mutex); }
  void unlock() { pthread_mutex_unlock(&mutex); }
};

Lock locks[16];
Lock outer;

void count_pairs(benchmark::State& state, int pairs) {
  state.counters["pairs"] = benchmark::Counter(pairs, benchmark::Counter::kAvgThreads);
}

template <typename Body>
void on_worker(benchmark::State& state, Body body) {
  std::thread([&] {
    for (auto _ : state) body();
  }).join();
}

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

BENCHMARK(nested<1>)->Name("flat");
BENCHMARK(nested<2>)->Name("depth-2");
BENCHMARK(nested<4>)->Name("depth-4");
BENCHMARK(nested<16>)->Name("depth-16");
BENCHMARK(nested_across_functions<4>)->Name("depth-4-across-functions");
BENCHMARK(nested_from_two_callers)->Name("depth-4-from-two-callers");
BENCHMARK(alternating)->Name("alternating-4-locks");
BENCHMARK(alternating_inside)->Name("alternating-4-locks-inside-another");
BENCHMARK(disjoint)->Name("2-threads-disjoint")->Threads(2)->UseRealTime();
BENCHMARK(contended)->Name("2-threads-contended")->Threads(2)->UseRealTime();
BENCHMARK(hand_off)->Name("condition-hand-off")->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(start_join)->Name("thread-start-join")->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
