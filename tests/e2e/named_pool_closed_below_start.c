// SPDX-License-Identifier: Apache-2.0
// The last close of a named semaphore, of which this thread still has a permit. The first one ends nothing.
//
// expect: semaphore-leak tier=observed locks=1 names=/gordian-closed functions=take,finish reason=below
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t* pool;

__attribute__((noinline)) static void take(void) {
  sem_wait(pool);
  sem_post(pool);
  sem_wait(pool);
}

__attribute__((noinline)) static void finish(void) {
  CHECK(sem_close(pool) == 0);
}

int main(void) {
  char name[64];
  snprintf(name, sizeof name, "/gordian-closed-%d", getpid());
  pool = sem_open(name, O_CREAT | O_EXCL, 0600, 2);
  CHECK(sem_open(name, 0) == pool && sem_unlink(name) == 0);
  CHECK(sem_close(pool) == 0);
  take();
  finish();
  return 0;
}
