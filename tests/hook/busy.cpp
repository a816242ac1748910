// SPDX-License-Identifier: Apache-2.0
//
// A busy program that never ends by itself: threads nest one new pair of locks after the other, and come and
// go while they do. usage: busy PROGRESS_FILE SEED
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "tests/hook/busy.h"

namespace {

using gordian::BusyProgress;
using gordian::kBusyLocks;

std::mutex locks[kBusyLocks];

// In ascending order, so that they never wait for one another in a circle.
void nest(BusyProgress& progress, size_t outer, size_t inner) {
  const std::lock_guard first(locks[outer]);
  const std::lock_guard second(locks[inner]);
  progress.nested[outer][inner].store(true, std::memory_order_relaxed);
}

void work(BusyProgress& progress, unsigned seed) {
  std::minstd_rand random(seed);
  for (int i = 0; i < 1000; ++i) {
    const size_t outer = random() % (kBusyLocks - 1);
    nest(progress, outer, outer + 1 + random() % (kBusyLocks - 1 - outer));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 1;
  const int file = open(arguments[1], O_RDWR);
  void* memory = mmap(nullptr, sizeof(BusyProgress), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file < 0 || memory == MAP_FAILED) return 1;
  auto& progress = *static_cast<BusyProgress*>(memory);
  for (size_t i = 0; i < kBusyLocks; ++i) progress.address[i] = reinterpret_cast<uint64_t>(&locks[i]);
  locks[0].lock();  // the trace begins with the first lock
  locks[0].unlock();
  progress.started = 1;
  for (auto seed = static_cast<unsigned>(std::atoi(arguments[2]));;) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work, std::ref(progress), ++seed);
    for (std::thread& thread : threads) thread.join();
  }
}
