// SPDX-License-Identifier: Apache-2.0
// A child starts with the locks that the forking thread holds.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=fork_holding,continue_in_child,reverse
#include "tests/e2e/support.h"

#include <sys/wait.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static Step step;

static void* reverse(void* unused) {
  await(&step, 1);
  pthread_mutex_lock(&b);  // held: reverse
  pthread_mutex_lock(&a);  // wanted: reverse
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  return unused;
}

static void continue_in_child(void) {
  pthread_t other;
  pthread_create(&other, NULL, reverse, NULL);
  pthread_mutex_lock(&b);  // wanted: forward
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  advance(&step);
  pthread_join(other, NULL);
}

static pid_t fork_holding(void) {
  pthread_mutex_lock(&a);  // held: forward
  const pid_t child = fork();
  if (child == 0) {
    continue_in_child();
    exit(0);
  }
  pthread_mutex_unlock(&a);
  return child;
}

int main(void) {
  int status = 0;
  CHECK(waitpid(fork_holding(), &status, 0) > 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return 0;
}
