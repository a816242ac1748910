// SPDX-License-Identifier: Apache-2.0
// A thread reads again what it reads already, and another writes it: a lock of the default kind lets readers
// pass by a waiting writer.
//
// expect: silent
#include "tests/e2e/support.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static void look_up(void) {
  pthread_rwlock_rdlock(&table);
  pthread_rwlock_rdlock(&table);
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
