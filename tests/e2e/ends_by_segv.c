// SPDX-License-Identifier: Apache-2.0
// A crash.
//
// signal: SEGV
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

int main(void) {
  run_abba();
  volatile int* volatile nowhere = NULL;
  *nowhere = 1;
  return 97;
}
