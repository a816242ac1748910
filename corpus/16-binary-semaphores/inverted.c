// SPDX-License-Identifier: Apache-2.0
// Two slots of a device, each behind a semaphore with one permit. Copying takes source, then target: two
// copies in opposite directions can wait for each other. Here they come one after the other.
#include "tests/e2e/support.h"

#include <semaphore.h>

struct Slot {
  sem_t free;
  int content;
};
static struct Slot left = {.content = 1};
static struct Slot right = {.content = 2};

static void copy_to_right(void) {
  sem_wait(&left.free);   // held: right
  sem_wait(&right.free);  // wanted: right
  right.content = left.content;
  sem_post(&right.free);
  sem_post(&left.free);
}

static void copy_to_left(void) {
  sem_wait(&right.free);  // held: left
  sem_wait(&left.free);   // wanted: left
  left.content = right.content;
  sem_post(&left.free);
  sem_post(&right.free);
}

int main(void) {
  sem_init(&left.free, 0, 1);
  sem_init(&right.free, 0, 1);
  const Part parts[] = {copy_to_right, copy_to_left};
  run_in_turn(2, parts);
  printf("%d %d\n", left.content, right.content);
  return 0;
}
