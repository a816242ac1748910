// SPDX-License-Identifier: Apache-2.0
// Nothing can run at SIGKILL: what was stored must be enough.
//
// signal: KILL
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <signal.h>

int main(void) {
  run_abba();
  raise(SIGKILL);
  return 97;
}
