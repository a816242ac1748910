// SPDX-License-Identifier: Apache-2.0
// After a condition wait of C11 the mutex is held once, and not at all after its unlock.
//
// expect: silent
#include "tests/e2e/support.h"

#include <threads.h>
#include <time.h>

static mtx_t m;
static mtx_t after;
static cnd_t changed;
static int stage;
static Step step;

static void consume(void) {
  struct timespec until;
  timespec_get(&until, TIME_UTC);
  until.tv_sec += 30;
  for (int value = 1; value <= 2; ++value) {
    mtx_lock(&m);
    advance(&step);
    while (stage < value) {
      CHECK((value == 1 ? cnd_wait(&changed, &m) : cnd_timedwait(&changed, &m, &until)) == thrd_success);
    }
    mtx_unlock(&m);
    mtx_lock(&after);
    mtx_unlock(&after);
  }
}

static int produce(void* unused) {
  (void)unused;
  for (int value = 1; value <= 2; ++value) {
    await(&step, value);
    mtx_lock(&m);
    stage = value;
    cnd_signal(&changed);
    mtx_unlock(&m);
  }
  return 0;
}

static void reverse(void) {
  mtx_lock(&after);
  mtx_lock(&m);
  mtx_unlock(&m);
  mtx_unlock(&after);
}

int main(void) {
  CHECK(mtx_init(&m, mtx_plain) == thrd_success);
  CHECK(mtx_init(&after, mtx_plain) == thrd_success);
  CHECK(cnd_init(&changed) == thrd_success);
  thrd_t producer;
  CHECK(thrd_create(&producer, produce, NULL) == thrd_success);
  const Part parts[] = {consume, reverse};
  run_in_turn(2, parts);
  thrd_join(producer, NULL);
  return 0;
}
