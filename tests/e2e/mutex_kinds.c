// SPDX-License-Identifier: Apache-2.0
// Every kind of mutex keeps its function under watch and takes part in cycles.
//
// args: normal
// args: recursive
// args: errorcheck
// args: adaptive
// args: inherit
// args: robust
// args: shared
// args: shared-robust
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

#include <stdbool.h>

static pthread_mutex_t a;
static pthread_mutex_t b;

static void forward(void) {
  CHECK(pthread_mutex_lock(&a) == 0);  // held: forward
  CHECK(pthread_mutex_lock(&b) == 0);  // wanted: forward
  CHECK(pthread_mutex_unlock(&b) == 0);
  CHECK(pthread_mutex_unlock(&a) == 0);
}

static void backward(void) {
  CHECK(pthread_mutex_lock(&b) == 0);  // held: backward
  CHECK(pthread_mutex_lock(&a) == 0);  // wanted: backward
  CHECK(pthread_mutex_unlock(&a) == 0);
  CHECK(pthread_mutex_unlock(&b) == 0);
}

static void set_kind(pthread_mutexattr_t* attributes, const char* kind) {
  if (strcmp(kind, "recursive") == 0) pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_RECURSIVE);
  if (strcmp(kind, "errorcheck") == 0) pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_ERRORCHECK);
  if (strcmp(kind, "adaptive") == 0) pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
  if (strcmp(kind, "inherit") == 0) pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT);
  if (strstr(kind, "robust") != NULL) pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
  if (strstr(kind, "shared") != NULL) pthread_mutexattr_setpshared(attributes, PTHREAD_PROCESS_SHARED);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  set_kind(&attributes, argv[1]);
  CHECK(pthread_mutex_init(&a, &attributes) == 0);
  CHECK(pthread_mutex_init(&b, &attributes) == 0);
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  CHECK(pthread_mutex_destroy(&a) == 0);
  CHECK(pthread_mutex_destroy(&b) == 0);
  return 0;
}
