// SPDX-License-Identifier: Apache-2.0
// A pool that other processes could use, a named one too, but that only this one has: its books balance.
//
// args: unnamed
// args: named
// expect: semaphore-leak tier=observed locks=1 functions=take reason=posted
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t unnamed;
static sem_t* pool = &unnamed;

static void* take(void* unused) {
  sem_wait(pool);
  sem_post(pool);
  sem_wait(pool);
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  CHECK(sem_init(&unnamed, 1, 2) == 0);
  if (strcmp(argv[1], "named") == 0) {
    char name[64];
    snprintf(name, sizeof name, "/gordian-pool-%d", getpid());
    pool = sem_open(name, O_CREAT | O_EXCL, 0600, 2);
    CHECK(pool != SEM_FAILED && sem_unlink(name) == 0);
  }
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, take, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
