// SPDX-License-Identifier: Apache-2.0
// The healthy twin of waits_while_holding: a condition wait with its own mutex only, also after others were
// taken inside it and released; a join and a barrier wait under no lock; a trial of a join, which does not
// wait; and a wait while a permit of a semaphore is taken, which anybody may give back.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t permit;
static int turn;
static Step step;

static void* give_turn(void* unused) {
  pthread_mutex_lock(&mutex);
  turn = 1;
  pthread_cond_signal(&turned);
  pthread_mutex_unlock(&mutex);
  pthread_barrier_wait(&barrier);
  await(&step, 1);
  return unused;
}

int main(void) {
  pthread_barrier_init(&barrier, NULL, 2);
  sem_init(&permit, 0, 1);
  pthread_t thread;
  sem_wait(&permit);
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
  CHECK(pthread_create(&thread, NULL, give_turn, NULL) == 0);
  while (turn == 0) pthread_cond_wait(&turned, &mutex);
  pthread_mutex_unlock(&mutex);
  pthread_barrier_wait(&barrier);
  pthread_mutex_lock(&mutex);
  CHECK(pthread_tryjoin_np(thread, NULL) == EBUSY);
  pthread_mutex_unlock(&mutex);
  advance(&step);
  pthread_join(thread, NULL);
  sem_post(&permit);
  return 0;
}
