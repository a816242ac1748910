// SPDX-License-Identifier: Apache-2.0
//
// How lock operations are timed. bench/run starts a program once per measurement; "pairs", how many
// lock+unlock pairs one iteration makes, is what it divides times by.
//
// Nothing is timed while the process has a single thread, where glibc leaves out its atomic instructions: the
// body runs on a worker, and the main thread waits for it. The worker's CPU clock is the one that counts;
// where threads wait for one another, the benchmark asks for wall time too.
#pragma once

#include <benchmark/benchmark.h>
#include <pthread.h>

#include <thread>

#include "bench/share_of_work.h"

// On a cache line of its own, and its neighbour, which the processor fetches along with it.
struct alignas(128) Lock {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  void lock() { pthread_mutex_lock(&mutex); }
  void unlock() { pthread_mutex_unlock(&mutex); }
};

inline void count_pairs(benchmark::State& state, int pairs) {
  state.counters["pairs"] = benchmark::Counter(pairs, benchmark::Counter::kAvgThreads);
}

template <typename Body>
void on_worker(benchmark::State& state, Body body) {
  std::thread([&] {
    for (auto _ : state) body();
  }).join();
}
