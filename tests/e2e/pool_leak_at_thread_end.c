// SPDX-License-Identifier: Apache-2.0
// A thread that ends between wait and post takes its permit with it: by pthread_exit, or cancelled.
//
// args: exit
// args: cancel
// expect: semaphore-leak tier=observed locks=1 names=pool functions=use reason=ended
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t pool;
static Step taken;
static int cancels;

static void use(int finish) {
  sem_wait(&pool);
  if (!finish) {
    advance(&taken);
    while (cancels) pause();
    pthread_exit(NULL);
  }
  sem_post(&pool);
}

static void* worker(void* unused) {
  use(1);
  use(0);
  return unused;
}

int main(int argc, char** argv) {
  cancels = argc == 2 && strcmp(argv[1], "cancel") == 0;
  CHECK(sem_init(&pool, 0, 2) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
  await(&taken, 1);
  if (cancels) CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
