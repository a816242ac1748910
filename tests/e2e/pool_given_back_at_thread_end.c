// SPDX-License-Identifier: Apache-2.0
// A thread that ends between wait and post, and gives its permit back all the same: by a clean-up handler, or
// by the destructor of a key, also in the last of their rounds but one.
//
// args: exit
// args: cancel
// expect: silent
#include "tests/e2e/support.h"

#include <limits.h>
#include <semaphore.h>

static sem_t pool;
static pthread_key_t key;
static Step taken;
static int cancels;
static __thread int rounds;

static void give_back(void* unused) {
  (void)unused;
  sem_post(&pool);
}

static void give_back_late(void* value) {
  if (++rounds < PTHREAD_DESTRUCTOR_ITERATIONS - 1) {
    CHECK(pthread_setspecific(key, value) == 0);
  } else {
    sem_post(&pool);
  }
}

static void* worker(void* unused) {
  sem_wait(&pool);
  sem_post(&pool);
  sem_wait(&pool);
  CHECK(pthread_setspecific(key, &pool) == 0);
  pthread_cleanup_push(give_back, NULL);
  sem_wait(&pool);
  advance(&taken);
  while (cancels) pause();
  pthread_exit(NULL);
  pthread_cleanup_pop(1);
  return unused;
}

int main(int argc, char** argv) {
  cancels = argc == 2 && strcmp(argv[1], "cancel") == 0;
  CHECK(sem_init(&pool, 0, 2) == 0);
  CHECK(pthread_key_create(&key, give_back_late) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, worker, NULL) == 0);
  await(&taken, 1);
  if (cancels) CHECK(pthread_cancel(thread) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  int permits;
  CHECK(sem_getvalue(&pool, &permits) == 0 && permits == 2);
  return 0;
}
