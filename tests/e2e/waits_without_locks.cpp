// SPDX-License-Identifier: Apache-2.0
// What the standard library builds without locks of libc (semaphores, latches, barriers, atomic waits), and
// what it builds from them (call_once, condition_variable_any, timed mutexes): it works, and nothing is made
// of it.
//
// flags: -O0
// flags: -O2
// expect: silent
#include "tests/e2e/support.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <vector>

static constexpr int kThreads = 4, kRounds = 50;
static constexpr auto kLong = std::chrono::seconds(30);

static std::counting_semaphore<2> permits(2);
static std::latch all_started(kThreads);
static std::barrier rounds(kThreads);
static std::atomic<int> go, inside, most_inside, sum;
static std::once_flag once;
static std::timed_mutex timed;
static std::recursive_timed_mutex recursive_timed;
static std::shared_timed_mutex shared_timed;
static std::condition_variable_any changed;
static int initialised, under_timed, under_recursive, under_shared, arrived;

static void use_permit() {
  permits.acquire();
  const int now = ++inside;
  for (int most = most_inside; most < now && !most_inside.compare_exchange_weak(most, now);) {
  }
  --inside;
  permits.release();
}

static void work() {
  all_started.arrive_and_wait();
  go.wait(0);
  for (int round = 0; round < kRounds; ++round) {
    use_permit();
    std::call_once(once, [] { ++initialised; });
    {
      CHECK(timed.try_lock_for(kLong));
      std::lock_guard hold(timed, std::adopt_lock);
      ++under_timed;
    }
    {
      std::unique_lock outer(recursive_timed, kLong);
      std::unique_lock inner(recursive_timed, std::chrono::system_clock::now() + kLong);
      ++under_recursive;
    }
    {
      std::unique_lock writing(shared_timed, kLong);
      ++under_shared;
    }
    {
      std::shared_lock reading(shared_timed, kLong);
      CHECK(under_shared > 0);
    }
    rounds.arrive_and_wait();
    ++sum;
  }
  std::unique_lock hold(shared_timed);
  ++arrived;
  changed.notify_all();
  changed.wait(hold, [] { return arrived == kThreads; });
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  go = 1;
  go.notify_all();
  for (std::thread& thread : threads) thread.join();
  CHECK(!permits.try_acquire() || (permits.release(), true));
  printf("%d rounds, %d once, %d %d %d, at most two at once: %d\n", sum.load(), initialised, under_timed,
         under_recursive, under_shared, most_inside <= 2);
}
