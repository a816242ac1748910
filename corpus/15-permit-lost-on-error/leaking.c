// SPDX-License-Identifier: Apache-2.0
// A server answers two requests at a time, each with a permit. A request that is too long is refused, and its
// permit is gone; after the second one the server would answer nobody.
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t slots;
static int answered;

static int answer(size_t length) {
  sem_wait(&slots);
  if (length > 100) return -1;
  __atomic_fetch_add(&answered, 1, __ATOMIC_RELAXED);
  sem_post(&slots);
  return 0;
}

static void* serve(void* unused) {
  const size_t lengths[] = {10, 20, 300};
  for (size_t i = 0; i < 3; ++i) answer(lengths[i]);
  return unused;
}

int main(void) {
  CHECK(sem_init(&slots, 0, 2) == 0);
  pthread_t server;
  CHECK(pthread_create(&server, NULL, serve, NULL) == 0);
  CHECK(pthread_join(server, NULL) == 0);
  CHECK(answered == 2);
  return 0;
}
