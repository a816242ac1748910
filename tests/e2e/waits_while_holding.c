// SPDX-License-Identifier: Apache-2.0
// Waits for other threads while another lock is held: for a condition, for the end of a thread, at a barrier.
// It goes well here, since nobody else wants the lock.
//
// expect: wait-while-holding severity=warning tier=observed locks=1 names=outer functions=wait,await_turn
// expect: wait-while-holding severity=warning locks=1 names=c11 functions=wait_c11 reason=neither
// expect: wait-while-holding severity=warning locks=1 names=written functions=join_thread kinds=rwlock
// expect: wait-while-holding severity=warning locks=1 names=spin functions=meet kinds=spinlock threads=main
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static mtx_t c11;
static mtx_t c11_inner;
static cnd_t c11_turned;
static int turn;

static void* give_turn(void* unused) {
  pthread_mutex_lock(&mutex);
  turn = 1;
  pthread_cond_signal(&turned);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void* give_c11_turn(void* unused) {
  mtx_lock(&c11_inner);
  turn = 2;
  cnd_signal(&c11_turned);
  mtx_unlock(&c11_inner);
  return unused;
}

static void* do_nothing(void* unused) {
  return unused;
}

static void* arrive(void* unused) {
  pthread_barrier_wait(&barrier);
  return unused;
}

static __attribute__((noinline)) pthread_t start(void* (*body)(void*)) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
  return thread;
}

static __attribute__((noinline)) void await_turn(void) {
  while (turn == 0) pthread_cond_wait(&turned, &mutex);
}

static __attribute__((noinline)) void wait(void) {
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&mutex);
  const pthread_t thread = start(give_turn);
  await_turn();
  pthread_mutex_unlock(&mutex);
  pthread_mutex_unlock(&outer);
  pthread_join(thread, NULL);
}

static __attribute__((noinline)) void wait_c11(void) {
  mtx_lock(&c11);
  mtx_lock(&c11_inner);
  const pthread_t thread = start(give_c11_turn);
  while (turn == 1) cnd_wait(&c11_turned, &c11_inner);
  mtx_unlock(&c11_inner);
  mtx_unlock(&c11);
  pthread_join(thread, NULL);
}

static __attribute__((noinline)) void join_thread(void) {
  pthread_rwlock_wrlock(&written);
  pthread_join(start(do_nothing), NULL);
  pthread_rwlock_unlock(&written);
}

static __attribute__((noinline)) void meet(void) {
  const pthread_t thread = start(arrive);
  pthread_spin_lock(&spin);
  pthread_barrier_wait(&barrier);
  pthread_spin_unlock(&spin);
  pthread_join(thread, NULL);
}

int main(void) {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_barrier_init(&barrier, NULL, 2);
  mtx_init(&c11, mtx_plain);
  mtx_init(&c11_inner, mtx_plain);
  cnd_init(&c11_turned);
  wait();
  wait_c11();
  join_thread();
  meet();
  return 0;
}
