// SPDX-License-Identifier: Apache-2.0
// A program's own guard class over pthread mutexes: all calls share their innermost frames.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=first_lock,second_lock functions=forward,backward
#include "tests/e2e/support.h"

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;

class Locker {
 public:
  explicit Locker(pthread_mutex_t* mutex) : mutex_(mutex) { pthread_mutex_lock(mutex_); }
  ~Locker() { pthread_mutex_unlock(mutex_); }
  Locker(const Locker&) = delete;
  Locker& operator=(const Locker&) = delete;

 private:
  pthread_mutex_t* mutex_;
};

static void forward() {
  Locker outer(&first_lock);
  Locker inner(&second_lock);
}

static void backward() {
  Locker outer(&second_lock);
  Locker inner(&first_lock);
}

int main() {
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
}
