// SPDX-License-Identifier: Apache-2.0
// A process forks while it holds a lock that the child shares. The child does not have it, and so takes no
// other lock inside it.
//
// expect: silent
// ignore: lock-held-across-io
#include "tests/e2e/support.h"

#include <sys/mman.h>
#include <sys/wait.h>

int main(void) {
  pthread_mutex_t* const pair =
      mmap(NULL, 2 * sizeof *pair, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(pair != MAP_FAILED);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  for (int i = 0; i < 2; ++i) pthread_mutex_init(&pair[i], &attributes);

  pthread_mutex_lock(&pair[0]);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    pthread_mutex_lock(&pair[1]);
    pthread_mutex_unlock(&pair[1]);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  pthread_mutex_unlock(&pair[0]);

  pthread_mutex_lock(&pair[1]);
  pthread_mutex_lock(&pair[0]);
  pthread_mutex_unlock(&pair[0]);
  pthread_mutex_unlock(&pair[1]);
  return 0;
}
