// SPDX-License-Identifier: Apache-2.0
//
// What the other kinds of locks cost, uncontended: one pair of taking and giving back. Run by bench/run, as
// on_worker.h says.
#include <semaphore.h>

#include "bench/on_worker.h"

namespace {

template <typename Take, typename GiveBack>
void pair(benchmark::State& state, Take take, GiveBack give_back) {
  on_worker(state, [&] {
    benchmark::DoNotOptimize(take());
    benchmark::DoNotOptimize(give_back());
  });
  count_pairs(state, 1);
}

struct ReadWriteLock {
  alignas(128) pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
};

void rwlock_read(benchmark::State& state) {
  static ReadWriteLock it;
  pair(
      state, [] { return pthread_rwlock_rdlock(&it.lock); }, [] { return pthread_rwlock_unlock(&it.lock); });
}

void rwlock_write(benchmark::State& state) {
  static ReadWriteLock it;
  pair(
      state, [] { return pthread_rwlock_wrlock(&it.lock); }, [] { return pthread_rwlock_unlock(&it.lock); });
}

void semaphore(benchmark::State& state) {
  static sem_t permit;
  sem_init(&permit, 0, 1);
  pair(
      state, [] { return sem_wait(&permit); }, [] { return sem_post(&permit); });
}

void spin_lock(benchmark::State& state) {
  static pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pair(
      state, [] { return pthread_spin_lock(&lock); }, [] { return pthread_spin_unlock(&lock); });
}

void trylock(benchmark::State& state) {
  static Lock lock;
  pair(
      state, [] { return pthread_mutex_trylock(&lock.mutex); },
      [] { return pthread_mutex_unlock(&lock.mutex); });
}

void recursive_mutex(benchmark::State& state) {
  static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  pair(
      state, [] { return pthread_mutex_lock(&mutex); }, [] { return pthread_mutex_unlock(&mutex); });
}

BENCHMARK(rwlock_read)->Name("rwlock-read");
BENCHMARK(rwlock_write)->Name("rwlock-write");
BENCHMARK(semaphore)->Name("semaphore");
BENCHMARK(spin_lock)->Name("spin-lock");
BENCHMARK(trylock)->Name("trylock");
BENCHMARK(recursive_mutex)->Name("recursive-mutex");

}  // namespace
