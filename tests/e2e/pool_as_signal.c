// SPDX-License-Identifier: Apache-2.0
// A queue with room for four: producers wait for room, which the consumer posts, so that nobody leaks any. It
// makes no difference that a producer has posted room itself before, has ended before the consumer posts its
// room, or holds permits at the end of the program.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t room, items;

static void* produce(void* unused) {
  sem_wait(&room);
  sem_post(&room);
  for (int i = 0; i < 3; ++i) {
    sem_wait(&room);
    sem_post(&items);
  }
  return unused;
}

static void* consume(void* unused) {
  for (int i = 0; i < 3; ++i) {
    sem_wait(&items);
    sem_post(&room);
  }
  return unused;
}

int main(void) {
  CHECK(sem_init(&room, 0, 4) == 0);
  CHECK(sem_init(&items, 0, 0) == 0);
  pthread_t producer, consumer;
  CHECK(pthread_create(&producer, NULL, produce, NULL) == 0);
  CHECK(pthread_join(producer, NULL) == 0);
  CHECK(pthread_create(&consumer, NULL, consume, NULL) == 0);
  CHECK(pthread_join(consumer, NULL) == 0);
  produce(NULL);
  return 0;
}
