// SPDX-License-Identifier: Apache-2.0
// A condition wait of C11 gives its mutex back and takes it again, here while another lock, taken after it,
// is held.
//
// expect: lock-order-cycle tier=plausible locks=2 names=m,x functions=nest,wait_under_x modes=reacquire
// expect: wait-while-holding severity=warning locks=1 names=x functions=wait_under_x
#include "tests/e2e/support.h"

#include <stdbool.h>
#include <threads.h>

static mtx_t m;
static mtx_t x;
static cnd_t changed;
static bool ready;
static Step step;

static void nest(void) {
  mtx_lock(&m);  // held: nest
  mtx_lock(&x);  // wanted: nest
  mtx_unlock(&x);
  mtx_unlock(&m);
}

static void wait_under_x(void) {
  mtx_lock(&m);
  mtx_lock(&x);  // held: wait
  advance(&step);
  while (!ready) CHECK(cnd_wait(&changed, &m) == thrd_success);  // wanted: wait
  mtx_unlock(&x);
  mtx_unlock(&m);
}

static int signal_ready(void* unused) {
  (void)unused;
  await(&step, 1);
  mtx_lock(&m);
  ready = true;
  cnd_signal(&changed);
  mtx_unlock(&m);
  return 0;
}

int main(void) {
  CHECK(mtx_init(&m, mtx_plain) == thrd_success);
  CHECK(mtx_init(&x, mtx_plain) == thrd_success);
  CHECK(cnd_init(&changed) == thrd_success);
  thrd_t signaller;
  CHECK(thrd_create(&signaller, signal_ready, NULL) == thrd_success);
  const Part parts[] = {nest, wait_under_x};
  run_in_turn(2, parts);
  thrd_join(signaller, NULL);
  return 0;
}
