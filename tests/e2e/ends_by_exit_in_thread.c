// SPDX-License-Identifier: Apache-2.0
// exit is called by a thread while main waits for it.
//
// exit: 6
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

static void* leave(void* unused) {
  exit(6);
  return unused;
}

int main(void) {
  run_abba();
  pthread_t thread;
  pthread_create(&thread, NULL, leave, NULL);
  pthread_join(thread, NULL);
  return 97;
}
