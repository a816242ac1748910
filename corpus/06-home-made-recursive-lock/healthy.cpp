// SPDX-License-Identifier: Apache-2.0
// The guard is never kept while waiting for the lock, so the only order is lock, then guard.
#include "tests/e2e/support.h"

#include <mutex>

class RecursiveLock {
 public:
  void acquire() {
    {
      std::lock_guard hold(guard_);
      if (owner_ == gettid()) {
        ++depth_;
        return;
      }
    }
    lock_.lock();
    std::lock_guard hold(guard_);
    owner_ = gettid();
    depth_ = 1;
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
