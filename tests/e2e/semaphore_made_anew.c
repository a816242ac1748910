// SPDX-License-Identifier: Apache-2.0
// A semaphore destroyed and made anew at the same address is another lock, and one made anew without being
// destroyed is, too.
//
// args: destroyed
// args: abandoned
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t reused;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static int destroys;

static void first_life(void) {
  sem_init(&reused, 0, 1);
  sem_wait(&reused);
  pthread_mutex_lock(&other);
  pthread_mutex_unlock(&other);
  sem_post(&reused);
  if (destroys) CHECK(sem_destroy(&reused) == 0);
}

static void second_life(void) {
  sem_init(&reused, 0, 1);
  pthread_mutex_lock(&other);
  sem_wait(&reused);
  sem_post(&reused);
  pthread_mutex_unlock(&other);
}

int main(int argc, char** argv) {
  destroys = argc == 2 && strcmp(argv[1], "destroyed") == 0;
  const Part parts[] = {first_life, second_life};
  run_in_turn(2, parts);
  return 0;
}
