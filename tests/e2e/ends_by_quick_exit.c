// SPDX-License-Identifier: Apache-2.0
// quick_exit runs handlers of its own only.
//
// exit: 4
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

int main(void) {
  run_abba();
  quick_exit(4);
}
