// SPDX-License-Identifier: Apache-2.0
// sem_timedwait and sem_clockwait in a cycle stall until they time out; a sem_trywait closes none, but what
// it took is held.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=until,on_clock modes=timed
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <time.h>

static sem_t a, b, tried;

static void until(void) {
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 30;
  sem_wait(&a);                              // held: timedwait
  CHECK(sem_timedwait(&b, &deadline) == 0);  // wanted: timedwait
  CHECK(sem_trywait(&tried) == 0);
  sem_post(&tried);
  sem_post(&b);
  sem_post(&a);
}

static void on_clock(void) {
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += 30;
  CHECK(sem_trywait(&b) == 0);                                // held: clockwait
  CHECK(sem_clockwait(&a, CLOCK_MONOTONIC, &deadline) == 0);  // wanted: clockwait
  sem_post(&a);
  sem_post(&b);
  sem_wait(&tried);
  sem_wait(&b);
  sem_post(&b);
  sem_post(&tried);
}

int main(void) {
  sem_init(&a, 0, 1);
  sem_init(&b, 0, 1);
  sem_init(&tried, 0, 1);
  const Part parts[] = {until, on_clock};
  run_in_turn(2, parts);
  return 0;
}
