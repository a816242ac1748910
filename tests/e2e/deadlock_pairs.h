// SPDX-License-Identifier: Apache-2.0
//
// Two threads that each take something of their own, and then what the other has. Each program says what that
// is.
#ifndef GORDIAN_TESTS_E2E_DEADLOCK_PAIRS_H
#define GORDIAN_TESTS_E2E_DEADLOCK_PAIRS_H

#include "tests/e2e/support.h"

static void take_first(int side);
static void take_second(int side);
static Step both_have;

static void* take_both(void* argument) {
  const int side = (int)(long)argument;
  take_first(side);
  advance(&both_have);
  await(&both_have, 2);
  take_second(side);
  return argument;
}

static inline void run_pair(void) {
  pthread_t threads[2];
  for (long i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, take_both, (void*)i) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
}

#endif  // GORDIAN_TESTS_E2E_DEADLOCK_PAIRS_H
