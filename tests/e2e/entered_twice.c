// SPDX-License-Identifier: Apache-2.0
// A function takes a lock that its caller holds, and that may be entered twice, or says that it may not.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

int main(void) {
  for (int i = 0; i < 2; ++i) CHECK(pthread_mutex_lock(&recursive) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_mutex_unlock(&recursive) == 0);
  CHECK(pthread_mutex_lock(&checking) == 0);
  CHECK(pthread_mutex_lock(&checking) == EDEADLK);
  CHECK(pthread_mutex_unlock(&checking) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_rwlock_rdlock(&rwlock) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  return 0;
}
