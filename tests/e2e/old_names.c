// SPDX-License-Identifier: Apache-2.0
// Programs linked against an older glibc lock by __pthread_mutex_lock and its kin, and wait for condition
// variables of another version: they are watched as well. Such a wait gives its mutex back and takes it
// again, here while another lock, taken after it, is held.
//
// expect: lock-order-cycle tier=plausible locks=2 names=m,x functions=nest,wait_under_x modes=reacquire
// expect: wait-while-holding severity=warning locks=1 names=x functions=wait_under_x kinds=rwlock
#include "tests/e2e/support.h"

#include <stdbool.h>

__asm__(".symver old_wait, pthread_cond_wait@GLIBC_2.2.5");
__asm__(".symver old_signal, pthread_cond_signal@GLIBC_2.2.5");
__asm__(".symver old_lock, __pthread_mutex_lock@GLIBC_2.2.5");
__asm__(".symver old_unlock, __pthread_mutex_unlock@GLIBC_2.2.5");
__asm__(".symver old_read_lock, __pthread_rwlock_rdlock@GLIBC_2.2.5");
__asm__(".symver old_write_lock, __pthread_rwlock_wrlock@GLIBC_2.2.5");
__asm__(".symver old_read_write_unlock, __pthread_rwlock_unlock@GLIBC_2.2.5");
typedef struct {
  void* words[6];
} OldCondition;
int old_wait(OldCondition*, pthread_mutex_t*);
int old_signal(OldCondition*);
int old_lock(pthread_mutex_t*);
int old_unlock(pthread_mutex_t*);
int old_read_lock(pthread_rwlock_t*);
int old_write_lock(pthread_rwlock_t*);
int old_read_write_unlock(pthread_rwlock_t*);

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t x = PTHREAD_RWLOCK_INITIALIZER;
static OldCondition changed;
static bool ready;
static Step step;

static void nest(void) {
  old_lock(&m);       // held: nest
  old_read_lock(&x);  // wanted: nest
  old_read_write_unlock(&x);
  old_unlock(&m);
}

static void wait_under_x(void) {
  old_lock(&m);
  old_write_lock(&x);  // held: wait
  advance(&step);
  while (!ready) CHECK(old_wait(&changed, &m) == 0);  // wanted: wait
  old_read_write_unlock(&x);
  old_unlock(&m);
}

static void* signal_ready(void* unused) {
  await(&step, 1);
  old_lock(&m);
  ready = true;
  old_signal(&changed);
  old_unlock(&m);
  return unused;
}

int main(void) {
  pthread_t signaller;
  pthread_create(&signaller, NULL, signal_ready, NULL);
  const Part parts[] = {nest, wait_under_x};
  run_in_turn(2, parts);
  pthread_join(signaller, NULL);
  return 0;
}
