// SPDX-License-Identifier: Apache-2.0
// A semaphore that was waited for and never posted goes with its memory. The thread goes on as if it held
// nothing.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <sys/mman.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  void* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(page != MAP_FAILED);
  sem_t* const once = page;
  CHECK(sem_init(once, 0, 1) == 0);
  CHECK(sem_wait(once) == 0);
  CHECK(munmap(page, 4096) == 0);
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
  return 0;
}
