// SPDX-License-Identifier: Apache-2.0
// The handler runs in the thread of `forward`, and after it. The next signal may come before it.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <semaphore.h>
#include <signal.h>

static sem_t ready;

static void on_signal(int number) {
  (void)number;
  sem_post(&ready);
}

static void poster(void) {
  forward();
  CHECK(raise(SIGUSR1) == 0);
}

static void waiter(void) {
  sem_wait(&ready);
  backward();
}

int main(void) {
  CHECK(signal(SIGUSR1, on_signal) != SIG_ERR);
  CHECK(sem_init(&ready, 0, 0) == 0);
  const Part parts[] = {poster, waiter};
  run_in_turn(2, parts);
  return 0;
}
