// SPDX-License-Identifier: Apache-2.0
// The main thread ends first, and the last thread ends the process.
//
// exit: 0
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static void* outlive_main(void* unused) {
  forward();
  return unused;
}

int main(void) {
  run_abba();
  pthread_t thread;
  pthread_create(&thread, NULL, outlive_main, NULL);
  pthread_exit(NULL);
}
