// SPDX-License-Identifier: Apache-2.0
// Readers in opposite orders, of locks where they would wait behind a waiting writer. But one of the two
// locks is never written, so there is none.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t b = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

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

static void write_one(void) {
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_unlock(&a);
}

int main(void) {
  const Part parts[] = {forward, backward, write_one, write_one};
  run_in_turn(4, parts);
  return 0;
}
