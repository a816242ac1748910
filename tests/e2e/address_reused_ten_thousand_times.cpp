// SPDX-License-Identifier: Apache-2.0
// Ten thousand pairs of short-lived locks at few addresses, on the heap, in an arena, on the stack and in
// fresh mappings, made and unmade in every way; two threads take every pair in the order of its round, one
// this way round, the next the other. No lock is ever taken in both orders, but for one pair of lasting ones.
//
// expect: lock-order-cycle tier=plausible locks=2 names=lasting_a,lasting_b
#include "tests/e2e/support.h"

#include <sys/mman.h>

#include <mutex>
#include <new>
#include <thread>

namespace {

constexpr int kRounds = 10'000;

std::mutex lasting_a;
std::mutex lasting_b;

// Two threads that both live from beginning to end, so that no order between them excuses anything.
Step turn;

struct MutexPair {
  std::mutex first;
  std::mutex second;
  void take(bool forwards) {
    std::lock_guard outer(forwards ? first : second);
    std::lock_guard inner(forwards ? second : first);
  }
};

struct InitialisedPair {
  pthread_mutex_t first;
  pthread_mutex_t second;
  InitialisedPair() {
    pthread_mutex_init(&first, nullptr);
    pthread_mutex_init(&second, nullptr);
  }
  void take(bool forwards) {
    pthread_mutex_t* const outer = forwards ? &first : &second;
    pthread_mutex_t* const inner = forwards ? &second : &first;
    pthread_mutex_lock(outer);
    pthread_mutex_lock(inner);
    pthread_mutex_unlock(inner);
    pthread_mutex_unlock(outer);
  }
};

struct DestroyedPair : InitialisedPair {
  ~DestroyedPair() {
    pthread_mutex_destroy(&first);
    pthread_mutex_destroy(&second);
  }
};

struct RwlockPair {
  pthread_rwlock_t first = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_t second = PTHREAD_RWLOCK_INITIALIZER;
  void take(bool forwards) {
    pthread_rwlock_t* const outer = forwards ? &first : &second;
    pthread_rwlock_t* const inner = forwards ? &second : &first;
    pthread_rwlock_wrlock(outer);
    pthread_rwlock_wrlock(inner);
    pthread_rwlock_unlock(inner);
    pthread_rwlock_unlock(outer);
  }
};

alignas(64) unsigned char arena[1024];

template <typename Pair>
void on_heap(bool forwards) {
  Pair* const pair = new Pair;
  pair->take(forwards);
  delete pair;
}

template <typename Pair>
void in_arena(bool forwards) {
  Pair* const pair = new (arena) Pair;
  pair->take(forwards);
  pair->~Pair();
}

template <typename Pair>
[[gnu::noinline]] void on_stack(bool forwards) {
  Pair pair;
  pair.take(forwards);
}

template <typename Pair>
void in_mapping(bool forwards) {
  void* const memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (new (memory) Pair)->take(forwards);
  munmap(memory, 4096);
}

template <typename Pair>
void everywhere(int place, bool forwards) {
  switch (place) {
    case 0:
      return on_heap<Pair>(forwards);
    case 1:
      return in_arena<Pair>(forwards);
    case 2:
      return on_stack<Pair>(forwards);
    default:
      return in_mapping<Pair>(forwards);
  }
}

void one_round(int round, bool forwards) {
  const int place = round / 2 % 4;
  switch (round / 8 % 4) {
    case 0:
      return everywhere<MutexPair>(place, forwards);
    case 1:
      return everywhere<InitialisedPair>(place, forwards);
    case 2:
      return everywhere<DestroyedPair>(place, forwards);
    default:
      return everywhere<RwlockPair>(place, forwards);
  }
}

// Even rounds are one thread's and go forwards, odd ones the other's and go backwards.
void work(bool forwards) {
  for (int round = forwards ? 0 : 1; round < kRounds; round += 2) {
    await(&turn, round);
    one_round(round, forwards);
    if (round / 2 == kRounds / 4) {
      std::lock_guard outer(forwards ? lasting_a : lasting_b);
      std::lock_guard inner(forwards ? lasting_b : lasting_a);
    }
    advance(&turn);
  }
}

}  // namespace

int main() {
  std::thread forwards(work, true);
  std::thread backwards(work, false);
  forwards.join();
  backwards.join();
  puts("done");
  return 0;
}
