// SPDX-License-Identifier: Apache-2.0
// A thread reads again what it reads already. With a lock that prefers writers, it waits behind one that asks
// in between, and that one for it.
//
// expect: lock-order-cycle tier=plausible locks=1 names=table functions=look_up,count_rows,write_table
// modes=read message=again
#include "tests/e2e/support.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static __attribute__((noinline)) void count_rows(void) {
  pthread_rwlock_rdlock(&table);  // wanted: again
  pthread_rwlock_unlock(&table);
}

static void look_up(void) {
  pthread_rwlock_rdlock(&table);  // held: again
  count_rows();
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
