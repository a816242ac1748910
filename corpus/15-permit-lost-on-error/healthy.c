// SPDX-License-Identifier: Apache-2.0
// The same server looks at a request before it takes a permit, and a second semaphore without permits says
// that it has ended: a signal.
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t slots, ended;
static int answered;

static int answer(size_t length) {
  if (length > 100) return -1;
  sem_wait(&slots);
  __atomic_fetch_add(&answered, 1, __ATOMIC_RELAXED);
  sem_post(&slots);
  return 0;
}

static void* serve(void* unused) {
  const size_t lengths[] = {10, 20, 300};
  for (size_t i = 0; i < 3; ++i) answer(lengths[i]);
  sem_post(&ended);
  return unused;
}

int main(void) {
  CHECK(sem_init(&slots, 0, 2) == 0);
  CHECK(sem_init(&ended, 0, 0) == 0);
  pthread_t server;
  CHECK(pthread_create(&server, NULL, serve, NULL) == 0);
  sem_wait(&ended);
  CHECK(pthread_join(server, NULL) == 0);
  CHECK(answered == 2);
  return 0;
}
