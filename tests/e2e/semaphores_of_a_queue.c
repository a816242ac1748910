// SPDX-License-Identifier: Apache-2.0
// Two queues with room for one item each: a producer waits for room, which the consumer posts. The producers
// go through the queues in both orders, and hold no room.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

struct Queue {
  pthread_mutex_t lock;
  sem_t room;
  sem_t items;
  int item;
};
static struct Queue one = {.lock = PTHREAD_MUTEX_INITIALIZER};
static struct Queue other = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void produce(struct Queue* queue, int item) {
  sem_wait(&queue->room);
  pthread_mutex_lock(&queue->lock);
  queue->item = item;
  pthread_mutex_unlock(&queue->lock);
  sem_post(&queue->items);
}

static int consume(struct Queue* queue) {
  sem_wait(&queue->items);
  pthread_mutex_lock(&queue->lock);
  const int item = queue->item;
  pthread_mutex_unlock(&queue->lock);
  sem_post(&queue->room);
  return item;
}

static void produce_forward(void) {
  produce(&one, 1);
  produce(&other, 2);
}

static void produce_backward(void) {
  produce(&other, 2);
  produce(&one, 1);
}

static void consume_both(void) {
  CHECK(consume(&one) == 1);
  CHECK(consume(&other) == 2);
}

int main(void) {
  struct Queue* const queues[] = {&one, &other};
  for (int i = 0; i < 2; ++i) {
    sem_init(&queues[i]->room, 0, 1);
    sem_init(&queues[i]->items, 0, 0);
  }
  const Part parts[] = {produce_forward, consume_both, produce_backward, consume_both};
  run_in_turn(4, parts);
  return 0;
}
