// SPDX-License-Identifier: Apache-2.0
// A named semaphore that was closed is over: one opened after it is another lock, also where it lies at the
// same address.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static sem_t* first_address;

static sem_t* open_new(void) {
  char name[64];
  snprintf(name, sizeof name, "/gordian-closed-%d", getpid());
  sem_t* semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  CHECK(semaphore != SEM_FAILED);
  CHECK(sem_unlink(name) == 0);
  return semaphore;
}

static void first_life(void) {
  sem_t* semaphore = first_address = open_new();
  sem_wait(semaphore);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  sem_post(semaphore);
  CHECK(sem_close(semaphore) == 0);
}

static void second_life(void) {
  sem_t* semaphore = open_new();
  CHECK(semaphore == first_address);
  pthread_mutex_lock(&m);
  sem_wait(semaphore);
  sem_post(semaphore);
  pthread_mutex_unlock(&m);
  CHECK(sem_close(semaphore) == 0);
}

int main(void) {
  const Part parts[] = {first_life, second_life};
  run_in_turn(2, parts);
  return 0;
}
