// SPDX-License-Identifier: Apache-2.0
// Two threads wait for one condition, each with a mutex of its own; the same with C11's.
//
// expect: two-mutexes tier=observed locks=1 names=right functions=wait_left,wait_right threads=left,right
// expect: two-mutexes locks=1 names=c11_right functions=wait_c11_left,wait_c11_right reason=counted
#include "tests/e2e/support.h"

#include <threads.h>

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static mtx_t c11_left;
static mtx_t c11_right;
static cnd_t c11_condition;
static pid_t tids[2];
static int done;

static __attribute__((noinline)) void wait_left(void) {
  while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) pthread_cond_wait(&condition, &left);
}
static __attribute__((noinline)) void wait_right(void) {
  while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) pthread_cond_wait(&condition, &right);
}
static __attribute__((noinline)) void wait_c11_left(void) {
  while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) cnd_wait(&c11_condition, &c11_left);
}
static __attribute__((noinline)) void wait_c11_right(void) {
  while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) cnd_wait(&c11_condition, &c11_right);
}

static void come(int number, const char* name) {
  pthread_setname_np(pthread_self(), name);
  __atomic_store_n(&tids[number], gettid(), __ATOMIC_RELEASE);
}

static void* go_left(void* unused) {
  come(0, "left");
  pthread_mutex_lock(&left);
  wait_left();
  pthread_mutex_unlock(&left);
  return unused;
}
static void* go_right(void* unused) {
  come(1, "right");
  pthread_mutex_lock(&right);
  wait_right();
  pthread_mutex_unlock(&right);
  return unused;
}
static void* go_c11_left(void* unused) {
  come(0, "c11-left");
  mtx_lock(&c11_left);
  wait_c11_left();
  mtx_unlock(&c11_left);
  return unused;
}
static void* go_c11_right(void* unused) {
  come(1, "c11-right");
  mtx_lock(&c11_right);
  wait_c11_right();
  mtx_unlock(&c11_right);
  return unused;
}

// The second begins when the first one waits.
static void run_both(void* (*first)(void*), void* (*second)(void*), int (*wake)(void)) {
  void* (*const bodies[])(void*) = {first, second};
  pthread_t threads[2];
  done = 0;
  for (int i = 0; i < 2; ++i) {
    tids[i] = 0;
    CHECK(pthread_create(&threads[i], NULL, bodies[i], NULL) == 0);
    await(&tids[i], 1);
    await_blocked(tids[i]);
  }
  __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
  wake();
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
}

static int wake(void) {
  return pthread_cond_broadcast(&condition);
}
static int wake_c11(void) {
  return cnd_broadcast(&c11_condition);
}

int main(void) {
  mtx_init(&c11_left, mtx_plain);
  mtx_init(&c11_right, mtx_plain);
  cnd_init(&c11_condition);
  run_both(go_left, go_right, wake);
  run_both(go_c11_left, go_c11_right, wake_c11);
  return 0;
}
