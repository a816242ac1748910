// SPDX-License-Identifier: Apache-2.0
// A pool of three connections. One way out of work() forgets to give its connection back.
//
// expect: semaphore-leak tier=observed locks=1 names=pool functions=work,worker reason=posted threads=worker
// kinds=semaphore
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t pool;

static int work(int job) {
  sem_wait(&pool);
  if (job == 2) return -1;
  sem_post(&pool);
  return 0;
}

static void* worker(void* unused) {
  pthread_setname_np(pthread_self(), "worker");
  for (int job = 0; job < 4; ++job) work(job);
  return unused;
}

int main(void) {
  CHECK(sem_init(&pool, 0, 3) == 0);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, worker, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
