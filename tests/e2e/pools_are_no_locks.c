// SPDX-License-Identifier: Apache-2.0
// Who has a permit of a pool keeps nobody out: pools and a mutex in both orders are no cycle. Neither is a
// pool a gate: two mutexes are taken in both orders inside it, and that is reported, once, whichever of its
// pools a thread is in, and with the mutexes' own order.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

#include <semaphore.h>

static sem_t pool, other_pool;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void forward(void) {
  sem_wait(&pool);
  pthread_mutex_lock(&a);  // held: forward
  sem_wait(&other_pool);
  pthread_mutex_lock(&b);  // wanted: forward
  pthread_mutex_unlock(&b);
  sem_post(&other_pool);
  pthread_mutex_unlock(&a);
  sem_post(&pool);
}

static void backward(void) {
  sem_wait(&pool);
  pthread_mutex_lock(&b);  // held: backward
  pthread_mutex_lock(&a);  // wanted: backward
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  sem_post(&pool);
}

static void pool_inside(void) {
  pthread_mutex_lock(&m);
  sem_wait(&pool);
  sem_post(&pool);
  pthread_mutex_unlock(&m);
}

static void pool_outside(void) {
  sem_wait(&pool);
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_lock(&m);
    pthread_mutex_unlock(&m);
  }
  sem_post(&pool);
}

int main(void) {
  CHECK(sem_init(&pool, 0, 2) == 0);
  CHECK(sem_init(&other_pool, 0, 2) == 0);
  const Part parts[] = {forward, backward, pool_inside, pool_outside};
  run_in_turn(4, parts);
  return 0;
}
