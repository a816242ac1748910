// SPDX-License-Identifier: Apache-2.0
//
// Two processes that take two locks in opposite orders, one process after the other.
#ifndef GORDIAN_TESTS_E2E_PROCESSES_H
#define GORDIAN_TESTS_E2E_PROCESSES_H

#include "tests/e2e/support.h"

#include <sys/mman.h>
#include <sys/wait.h>

static pthread_mutex_t* pair;

static void first_then_second(void) {
  pthread_mutex_lock(&pair[0]);
  pthread_mutex_lock(&pair[1]);
  pthread_mutex_unlock(&pair[1]);
  pthread_mutex_unlock(&pair[0]);
}

static void second_then_first(void) {
  pthread_mutex_lock(&pair[1]);
  pthread_mutex_lock(&pair[0]);
  pthread_mutex_unlock(&pair[0]);
  pthread_mutex_unlock(&pair[1]);
}

// `mapping`: MAP_SHARED, or MAP_PRIVATE, where each has locks of its own.
static void in_opposite_orders(int mapping) {
  pair = mmap(NULL, 2 * sizeof *pair, PROT_READ | PROT_WRITE, mapping | MAP_ANONYMOUS, -1, 0);
  CHECK(pair != MAP_FAILED);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  for (int i = 0; i < 2; ++i) pthread_mutex_init(&pair[i], &attributes);
  const pid_t other = fork();
  CHECK(other >= 0);
  if (other == 0) {
    second_then_first();
    exit(0);
  }
  int status;
  CHECK(waitpid(other, &status, 0) == other && status == 0);
  first_then_second();
}

#endif  // GORDIAN_TESTS_E2E_PROCESSES_H
