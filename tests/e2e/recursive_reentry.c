// SPDX-License-Identifier: Apache-2.0
// Re-entering a recursive lock cannot block: the second acquisition of `outer` makes no edge from `inner`.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_mutex_t outer = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

static void work(int number) {
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_mutex_lock(&outer);
  pthread_mutex_unlock(&outer);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
  printf("%d\n", number);
}

int main(void) {
  run_numbered_in_turn(3, work);
  return 0;
}
