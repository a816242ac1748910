// SPDX-License-Identifier: Apache-2.0
// A reading raises an alarm under both locks; silencing the alarms takes them the other way round.
#include "tests/e2e/support.h"

#include <threads.h>

static mtx_t sensors;
static mtx_t alarms;
static int raised;
static Step step;

static void raise_alarm(void) {
  mtx_lock(&alarms);  // wanted: read
  ++raised;
  mtx_unlock(&alarms);
}

static int read_sensor(void* unused) {
  (void)unused;
  mtx_lock(&sensors);  // held: read
  raise_alarm();
  mtx_unlock(&sensors);
  advance(&step);
  await(&step, 2);
  return 0;
}

static int silence_alarms(void* unused) {
  (void)unused;
  await(&step, 1);
  mtx_lock(&alarms);   // held: silence
  mtx_lock(&sensors);  // wanted: silence
  raised = 0;
  mtx_unlock(&sensors);
  mtx_unlock(&alarms);
  advance(&step);
  return 0;
}

int main(void) {
  thrd_t reader;
  thrd_t operator;
  CHECK(mtx_init(&sensors, mtx_plain) == thrd_success);
  CHECK(mtx_init(&alarms, mtx_plain) == thrd_success);
  CHECK(thrd_create(&reader, read_sensor, NULL) == thrd_success);
  CHECK(thrd_create(&operator, silence_alarms, NULL) == thrd_success);
  CHECK(thrd_join(reader, NULL) == thrd_success);
  CHECK(thrd_join(operator, NULL) == thrd_success);
  printf("%d raised\n", raised);
  mtx_destroy(&alarms);
  mtx_destroy(&sensors);
  return 0;
}
