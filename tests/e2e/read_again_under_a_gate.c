// SPDX-License-Identifier: Apache-2.0
// A thread reads again what it reads already, of a lock where readers queue. The writer and it hold one more
// lock, so no writer comes in between.
//
// expect: lock-order-cycle tier=guarded locks=1 names=table reason=gate
#include "tests/e2e/support.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void look_up(void) {
  pthread_mutex_lock(&gate);
  pthread_rwlock_rdlock(&table);  // held: again
  pthread_rwlock_rdlock(&table);  // wanted: again
  pthread_rwlock_unlock(&table);
  pthread_rwlock_unlock(&table);
  pthread_mutex_unlock(&gate);
}

static void write_table(void) {
  pthread_mutex_lock(&gate);
  pthread_rwlock_wrlock(&table);
  pthread_rwlock_unlock(&table);
  pthread_mutex_unlock(&gate);
}

int main(void) {
  const Part parts[] = {look_up, write_table};
  run_in_turn(2, parts);
  return 0;
}
