// SPDX-License-Identifier: Apache-2.0
// A thread tries to read what it reads already, of a lock where readers queue: a trial does not.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void look_up(void) {
  pthread_rwlock_rdlock(&table);
  CHECK(pthread_rwlock_tryrdlock(&table) == 0);
  pthread_rwlock_unlock(&table);
  pthread_rwlock_unlock(&table);
}

static void write_table(void) {
  pthread_rwlock_wrlock(&table);
  pthread_rwlock_unlock(&table);
}

int main(void) {
  const Part parts[] = {look_up, write_table};
  run_in_turn(2, parts);
  return 0;
}
