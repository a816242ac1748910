// SPDX-License-Identifier: Apache-2.0
// A thread forks that took a lock which another has released since. The child holds nothing, and goes on.
//
// ignore: wait-while-holding
// expect: bad-unlock
#include "tests/e2e/support.h"

#include <sys/wait.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void* unlock(void* unused) {
  pthread_mutex_unlock(&lock);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_mutex_lock(&lock);
  CHECK(pthread_create(&thread, NULL, unlock, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
