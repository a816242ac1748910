// SPDX-License-Identifier: Apache-2.0
// Only the forking thread lives on in the child: what another thread held is nobody's there. The child makes
// the lock anew, as an atfork handler would, and takes it in the order that the parent's other thread
// inverted.
//
// expect: silent
#include "tests/e2e/support.h"

#include <sys/wait.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static Step step;

static void* hold_a(void* unused) {
  pthread_mutex_lock(&a);
  advance(&step);
  await(&step, 2);
  pthread_mutex_unlock(&a);
  return unused;
}

int main(void) {
  pthread_t holder;
  pthread_create(&holder, NULL, hold_a, NULL);
  await(&step, 1);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_init(&a, NULL);
    pthread_mutex_lock(&b);
    pthread_mutex_lock(&a);
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
    return 0;
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  advance(&step);
  pthread_join(holder, NULL);
  return 0;
}
