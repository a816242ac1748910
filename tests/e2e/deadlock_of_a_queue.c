// SPDX-License-Identifier: Apache-2.0
// The bounded queue whose producer takes the mutex before it waits for a free place: once the queue is full,
// the consumer, who would make room, waits for the mutex.
//
// expect: deadlock tier=actual functions=put,get threads=producer,consumer
// ended: deadlock
// live: producer (tid
// live: waits for places
// live: waits for mutex, which producer (tid
#include "tests/e2e/support.h"

#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t places, items;
static Step queue_is_full;

static void put(void) {
  pthread_mutex_lock(&mutex);  // wrong: before sem_wait
  sem_wait(&places);
  pthread_mutex_unlock(&mutex);
  sem_post(&items);
}

static void get(void) {
  sem_wait(&items);
  pthread_mutex_lock(&mutex);
  sem_post(&places);
  pthread_mutex_unlock(&mutex);
}

static void* produce(void* unused) {
  pthread_setname_np(pthread_self(), "producer");
  put();
  advance(&queue_is_full);
  put();
  return unused;
}

static void* consume(void* unused) {
  pthread_setname_np(pthread_self(), "consumer");
  await(&queue_is_full, 1);
  while (pthread_mutex_trylock(&mutex) == 0) {  // until the producer has it
    pthread_mutex_unlock(&mutex);
    sched_yield();
  }
  get();
  return unused;
}

int main(void) {
  pthread_t threads[2];
  sem_init(&places, 0, 1);
  sem_init(&items, 0, 0);
  CHECK(pthread_create(&threads[0], NULL, produce, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, consume, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
