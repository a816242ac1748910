// SPDX-License-Identifier: Apache-2.0
// SIGTERM with its default action.
//
// signal: TERM
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <signal.h>

int main(void) {
  run_abba();
  raise(SIGTERM);
  return 97;
}
