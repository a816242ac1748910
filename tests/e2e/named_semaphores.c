// SPDX-License-Identifier: Apache-2.0
// Named semaphores are called by their names. Opened twice, a semaphore is still one lock.
//
// expect: lock-order-cycle tier=plausible locks=2 names=/gordian-first,/gordian-second
// functions=forward,backward
#include "tests/e2e/support.h"

#include <semaphore.h>

static char names[2][64];
static sem_t* first;
static sem_t* second;

static sem_t* open_new(const char* name) {
  sem_t* semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  CHECK(semaphore != SEM_FAILED);
  return semaphore;
}

static void forward(void) {
  sem_wait(first);   // held: forward
  sem_wait(second);  // wanted: forward
  sem_post(second);
  sem_post(first);
}

static void backward(void) {
  CHECK(sem_open(names[0], O_CREAT, 0600, 5) == first);
  sem_wait(second);  // held: backward
  sem_wait(first);   // wanted: backward
  sem_post(first);
  sem_post(second);
  CHECK(sem_close(first) == 0);
}

int main(void) {
  snprintf(names[0], sizeof names[0], "/gordian-first-%d", getpid());
  snprintf(names[1], sizeof names[1], "/gordian-second-%d", getpid());
  first = open_new(names[0]);
  second = open_new(names[1]);
  CHECK(sem_open(names[0], O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED);
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  for (int i = 0; i < 2; ++i) CHECK(sem_unlink(names[i]) == 0);
  CHECK(sem_close(first) == 0);
  CHECK(sem_close(second) == 0);
  return 0;
}
