// SPDX-License-Identifier: Apache-2.0
// A timed wait inside a cycle stalls until it times out. timedlock (wall clock) and clocklock
// (std::timed_mutex).
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=until,for_a_while modes=timed
#include "tests/e2e/support.h"

#include <chrono>
#include <ctime>
#include <mutex>

static std::timed_mutex a;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void until() {
  timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 30;
  std::lock_guard outer(a);                            // held: timedlock
  CHECK(pthread_mutex_timedlock(&b, &deadline) == 0);  // wanted: timedlock
  pthread_mutex_unlock(&b);
}

static void for_a_while() {
  pthread_mutex_lock(&b);                           // held: clocklock
  CHECK(a.try_lock_for(std::chrono::seconds(30)));  // wanted: clocklock
  a.unlock();
  pthread_mutex_unlock(&b);
}

int main() {
  const Part parts[] = {until, for_a_while};
  run_in_turn(2, parts);
}
