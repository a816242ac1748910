// SPDX-License-Identifier: Apache-2.0
//
// The plainest inversion, for programs that are about something else: how they end. Works in C and C++.
#ifndef GORDIAN_TESTS_E2E_ABBA_H
#define GORDIAN_TESTS_E2E_ABBA_H

#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void forward(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
}

static void backward(void) {
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
}

static inline void run_abba(void) {
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
}

#endif  // GORDIAN_TESTS_E2E_ABBA_H
