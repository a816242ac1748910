// SPDX-License-Identifier: Apache-2.0
// A condition wait takes its lock again on return, here while another lock, taken after it, is held. That
// re-acquisition alone makes the edge from x to m.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=2 names=m,x functions=nest,wait_under_x modes=reacquire
// expect: wait-while-holding severity=warning locks=1 names=x functions=wait_under_x
#include "tests/e2e/support.h"

#include <condition_variable>
#include <mutex>

static std::mutex m, x;
static std::condition_variable changed;
static bool ready;
static Step step;

static void nest() {
  std::lock_guard hold_m(m);  // held: nest
  std::lock_guard hold_x(x);  // wanted: nest
}

static void wait_under_x() {
  std::unique_lock hold_m(m);
  std::lock_guard hold_x(x);  // held: wait
  advance(&step);
  while (!ready) changed.wait(hold_m);  // wanted: wait
}

static void* signal_ready(void* unused) {
  await(&step, 1);
  std::lock_guard hold_m(m);
  ready = true;
  changed.notify_one();
  return unused;
}

int main() {
  pthread_t signaller;
  pthread_create(&signaller, nullptr, signal_ready, nullptr);
  const Part parts[] = {nest, wait_under_x};
  run_in_turn(2, parts);
  pthread_join(signaller, nullptr);
}
