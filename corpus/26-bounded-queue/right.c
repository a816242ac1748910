// SPDX-License-Identifier: Apache-2.0
// A pipeline of two bounded queues, each with a semaphore for its room, one for its items, and a mutex: a
// stage waits for room or an item first and takes the mutex then.
#include "tests/e2e/support.h"

#include <semaphore.h>

enum { kRoom = 4, kItems = 200 };

struct Queue {
  pthread_mutex_t lock;
  sem_t room;
  sem_t items;
  int content[kRoom];
  int first, count;
};
static struct Queue fresh = {.lock = PTHREAD_MUTEX_INITIALIZER};
static struct Queue worked = {.lock = PTHREAD_MUTEX_INITIALIZER};
static long sum;

static void put(struct Queue* queue, int item) {
  sem_wait(&queue->room);
  pthread_mutex_lock(&queue->lock);
  queue->content[(queue->first + queue->count++) % kRoom] = item;
  pthread_mutex_unlock(&queue->lock);
  sem_post(&queue->items);
}

static int take(struct Queue* queue) {
  sem_wait(&queue->items);
  pthread_mutex_lock(&queue->lock);
  const int item = queue->content[queue->first];
  queue->first = (queue->first + 1) % kRoom;
  --queue->count;
  pthread_mutex_unlock(&queue->lock);
  sem_post(&queue->room);
  return item;
}

static void* produce(void* unused) {
  for (int i = 1; i <= kItems; ++i) put(&fresh, i);
  return unused;
}

static void* work(void* unused) {
  for (int i = 0; i < kItems; ++i) put(&worked, 2 * take(&fresh));
  return unused;
}

static void* consume(void* unused) {
  for (int i = 0; i < kItems; ++i) sum += take(&worked);
  return unused;
}

int main(void) {
  struct Queue* const queues[] = {&fresh, &worked};
  for (int i = 0; i < 2; ++i) {
    sem_init(&queues[i]->room, 0, kRoom);
    sem_init(&queues[i]->items, 0, 0);
  }
  void* (*const bodies[])(void*) = {produce, work, consume};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, bodies[i], NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  printf("%ld\n", sum);
  return 0;
}
