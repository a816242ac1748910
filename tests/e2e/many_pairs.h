// SPDX-License-Identifier: Apache-2.0
//
// More pairs of locks than are recorded one by one: 1,500 nestings of one kind, where the default is to
// record 1,024 of a kind (GORDIAN_OPTIONS chain-budget). Each array is made in a place of its own, so its
// locks are a class of their own.
#ifndef GORDIAN_TESTS_E2E_MANY_PAIRS_H
#define GORDIAN_TESTS_E2E_MANY_PAIRS_H

#include "tests/e2e/support.h"

enum { kPairs = 1500, kEarly = 7, kLate = 1400 };
static pthread_mutex_t orders[kPairs];
static pthread_mutex_t stocks[kPairs];

static inline void make_pairs(void) {
  for (int i = 0; i < kPairs; ++i) CHECK(pthread_mutex_init(&orders[i], NULL) == 0);
  for (int i = 0; i < kPairs; ++i) CHECK(pthread_mutex_init(&stocks[i], NULL) == 0);
}

// Every pair once, the early one among those recorded and the late one not.
static void forward(void) {
  for (int i = 0; i < kPairs; ++i) {
    pthread_mutex_lock(&orders[i]);
    pthread_mutex_lock(&stocks[i]);
    pthread_mutex_unlock(&stocks[i]);
    pthread_mutex_unlock(&orders[i]);
  }
}

static inline void invert(int i) {
  pthread_mutex_lock(&stocks[i]);
  pthread_mutex_lock(&orders[i]);
  pthread_mutex_unlock(&orders[i]);
  pthread_mutex_unlock(&stocks[i]);
}

#endif  // GORDIAN_TESTS_E2E_MANY_PAIRS_H
