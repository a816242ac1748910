// SPDX-License-Identifier: Apache-2.0
// _exit runs no exit handler.
//
// exit: 3
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

int main(void) {
  run_abba();
  _exit(3);
}
