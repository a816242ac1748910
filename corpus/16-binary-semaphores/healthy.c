// SPDX-License-Identifier: Apache-2.0
// Whichever the direction, the left slot is taken first. A copy says that it is done with a third semaphore,
// which one thread posts and the other waits for, before and under a slot: that is no lock, and no order.
#include "tests/e2e/support.h"

#include <semaphore.h>

struct Slot {
  sem_t free;
  int content;
};
static struct Slot left = {.content = 1};
static struct Slot right = {.content = 2};
static sem_t copied;

static void take_both(void) {
  sem_wait(&left.free);
  sem_wait(&right.free);
}

static void give_back_both(void) {
  sem_post(&right.free);
  sem_post(&left.free);
}

static void copy_to_right(void) {
  take_both();
  right.content = left.content;
  give_back_both();
  sem_post(&copied);
  sem_post(&copied);
}

static void copy_to_left(void) {
  sem_wait(&copied);
  take_both();
  left.content = right.content;
  sem_wait(&copied);
  give_back_both();
}

int main(void) {
  sem_init(&left.free, 0, 1);
  sem_init(&right.free, 0, 1);
  sem_init(&copied, 0, 0);
  const Part parts[] = {copy_to_right, copy_to_left};
  run_in_turn(2, parts);
  printf("%d %d\n", left.content, right.content);
  return 0;
}
