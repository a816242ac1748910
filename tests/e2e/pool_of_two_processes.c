// SPDX-License-Identifier: Apache-2.0
// A pool that two processes share. What one of them takes, by a thread that ends, the other posts: each on
// its own would leak.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>

static sem_t* pool;

static void* take(void* unused) {
  sem_wait(pool);
  sem_post(pool);
  sem_wait(pool);
  return unused;
}

int main(void) {
  pool = mmap(NULL, sizeof *pool, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(pool != MAP_FAILED);
  CHECK(sem_init(pool, 1, 2) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, take, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    sem_post(pool);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
