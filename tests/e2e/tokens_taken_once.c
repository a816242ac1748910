// SPDX-License-Identifier: Apache-2.0
// Semaphores that admit so many and no more: whoever gets a permit runs something once, and keeps it. Nobody
// posts them, and nobody waits for what another has; a thread that waits in time for its own is only waiting.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

static sem_t once, first_three, pause_only;

static void* run(void* unused) {
  const struct timespec past = {1, 0};
  sem_trywait(&once);
  sem_trywait(&first_three);
  if (sem_trywait(&pause_only) == 0) CHECK(sem_timedwait(&pause_only, &past) == -1 && errno == ETIMEDOUT);
  return unused;
}

int main(void) {
  CHECK(sem_init(&once, 0, 1) == 0);
  CHECK(sem_init(&first_three, 0, 3) == 0);
  CHECK(sem_init(&pause_only, 0, 1) == 0);
  pthread_t threads[5];
  for (int i = 0; i < 5; ++i) CHECK(pthread_create(&threads[i], NULL, run, NULL) == 0);
  for (int i = 0; i < 5; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(sem_destroy(&once) == 0);
  CHECK(sem_destroy(&first_three) == 0);
  CHECK(sem_destroy(&pause_only) == 0);
  return 0;
}
