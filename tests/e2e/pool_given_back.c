// SPDX-License-Identifier: Apache-2.0
// A pool whose users give back what they take on every way out, several permits at once too, and in whatever
// way they took them. At its end it is as it was.
//
// args: private
// args: shared
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <time.h>

static sem_t pool;

static int work(int job) {
  const struct timespec past = {1, 0};
  sem_wait(&pool);
  CHECK(sem_trywait(&pool) == 0);
  CHECK(sem_timedwait(&pool, &past) == 0);
  sem_post(&pool);
  sem_post(&pool);
  if (job == 2) {
    sem_post(&pool);
    return -1;
  }
  sem_post(&pool);
  return 0;
}

static void* worker(void* unused) {
  for (int job = 0; job < 100; ++job) work(job);
  return unused;
}

int main(int argc, char** argv) {
  const int shared = argc == 2 && strcmp(argv[1], "shared") == 0;
  CHECK(sem_init(&pool, shared, 6) == 0);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, worker, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  int permits;
  CHECK(sem_getvalue(&pool, &permits) == 0 && permits == 6);
  CHECK(sem_destroy(&pool) == 0);
  return 0;
}
