// SPDX-License-Identifier: Apache-2.0
// acquire() waits for the lock under the guard; release() needs the guard while it owns the lock.
// Whoever waits in acquire() keeps the owner from ever releasing.
#include "tests/e2e/support.h"

#include <mutex>

class RecursiveLock {
 public:
  void acquire() {
    std::lock_guard hold(guard_);
    if (owner_ != gettid()) {
      lock_.lock();
      owner_ = gettid();
    }
    ++depth_;
  }

  void release() {
    std::lock_guard hold(guard_);
    if (--depth_ > 0) return;
    owner_ = 0;
    lock_.unlock();
  }

 private:
  std::mutex guard_;  // protects owner_ and depth_
  std::mutex lock_;   // held by the owner
  pid_t owner_ = 0;
  int depth_ = 0;
};
static RecursiveLock state_lock;

static void enter_twice() {
  state_lock.acquire();
  state_lock.acquire();
  state_lock.release();
  state_lock.release();
}

int main() {
  const Part parts[] = {enter_twice, enter_twice};
  run_in_turn(2, parts);
  puts("done");
}
