// SPDX-License-Identifier: Apache-2.0
// Readers in opposite orders let each other pass: locks of the two kinds that let readers pass by a waiting
// writer. (The second prefers writers by its name only.)
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t b;

static void forward(void) {
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_rdlock(&b);
  pthread_rwlock_unlock(&b);
  pthread_rwlock_unlock(&a);
}

static void backward(void) {
  pthread_rwlock_rdlock(&b);
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&b);
}

int main(void) {
  pthread_rwlockattr_t attributes;
  CHECK(pthread_rwlockattr_init(&attributes) == 0);
  CHECK(pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NP) == 0);
  CHECK(pthread_rwlock_init(&b, &attributes) == 0);
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}
