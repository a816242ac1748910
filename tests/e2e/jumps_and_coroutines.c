// SPDX-License-Identifier: Apache-2.0
// Control that leaves a stack by longjmp, and two coroutines that take turns on small stacks of their own,
// one lock held across the switch. A lock stays held until it is unlocked, whatever became of the frame that
// took it.
//
// expect: lock-order-cycle tier=plausible locks=2 names=alpha,beta functions=coroutine,second
#include "tests/e2e/support.h"

#include <setjmp.h>
#include <ucontext.h>

static pthread_mutex_t alpha = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t beta = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t jumped = PTHREAD_MUTEX_INITIALIZER;

static jmp_buf back;

__attribute__((noinline)) static void take_and_jump(void) {
  pthread_mutex_lock(&jumped);
  longjmp(back, 1);
}

static void jump(void) {
  if (setjmp(back) == 0) take_and_jump();
  CHECK(pthread_mutex_trylock(&jumped) != 0);
  pthread_mutex_unlock(&jumped);
}

static ucontext_t home, inside;

__attribute__((noinline)) static void coroutine(void) {
  pthread_mutex_lock(&alpha);
  swapcontext(&inside, &home);  // alpha is kept
  pthread_mutex_lock(&beta);
  pthread_mutex_unlock(&beta);
  pthread_mutex_unlock(&alpha);
}

static void first(void) {
  static char stack[16384];
  for (int i = 0; i < 100; ++i) {
    jump();
    CHECK(getcontext(&inside) == 0);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = sizeof stack;
    inside.uc_link = &home;
    makecontext(&inside, coroutine, 0);
    CHECK(swapcontext(&home, &inside) == 0);
    CHECK(swapcontext(&home, &inside) == 0);
  }
}

static void second(void) {
  pthread_mutex_lock(&beta);
  pthread_mutex_lock(&alpha);
  pthread_mutex_unlock(&alpha);
  pthread_mutex_unlock(&beta);
}

int main(void) {
  const Part parts[] = {first, second};
  run_in_turn(2, parts);
  puts("done");
  return 0;
}
