// SPDX-License-Identifier: Apache-2.0
// The healthy twin of unlocked_by_another: what may be given back by another thread, or more often than it
// was taken, is a semaphore or a file lock.
//
// expect: silent
#include "tests/e2e/temporary_file.h"

#include <semaphore.h>
#include <sys/file.h>

static sem_t permit;
static int file;
static Step step;

static void* take(void* unused) {
  sem_wait(&permit);
  CHECK(flock(file, LOCK_EX) == 0);
  advance(&step);
  return unused;
}

int main(void) {
  sem_init(&permit, 0, 1);
  Path path;
  make_file(path, "posted");
  file = open_file(path);
  unlink(path);
  pthread_t thread;
  pthread_create(&thread, NULL, take, NULL);
  await(&step, 1);
  CHECK(sem_post(&permit) == 0);
  CHECK(sem_post(&permit) == 0);
  CHECK(flock(file, LOCK_UN) == 0);
  CHECK(flock(file, LOCK_UN) == 0);
  pthread_join(thread, NULL);
  return 0;
}
