// SPDX-License-Identifier: Apache-2.0
// Whoever calls exit in the middle of what it took a permit for has not forgotten it; nobody is left to miss
// it. And _exit is no orderly end, wherever it is called.
//
// args: exit
// args: _exit
// args: abrupt
// args: other
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t lock, pool;
static Step step;

__attribute__((noinline)) static void fail(const char* how) {
  if (strcmp(how, "_exit") == 0) _exit(0);
  exit(0);
}

__attribute__((noinline)) static void work(int bad, const char* how) {
  sem_wait(&lock);
  sem_wait(&pool);
  if (bad) fail(how);
  sem_post(&pool);
  sem_post(&lock);
}

__attribute__((noinline)) static void keep(void) {
  sem_wait(&pool);
  __asm__ volatile("");
}

static void* stay(void* unused) {
  sem_wait(&pool);
  sem_post(&pool);
  sem_wait(&pool);
  advance(&step);
  for (;;) pause();
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(sem_init(&lock, 0, 1) == 0);
  CHECK(sem_init(&pool, 0, 3) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, stay, NULL) == 0);
  await(&step, 1);
  work(0, argv[1]);
  if (strcmp(argv[1], "abrupt") == 0) {
    keep();
    _exit(0);
  }
  if (strcmp(argv[1], "other") != 0) work(1, argv[1]);
  return 0;
}
