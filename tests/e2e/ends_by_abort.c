// SPDX-License-Identifier: Apache-2.0
// abort, as by a failed assertion.
//
// signal: ABRT
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

int main(void) {
  run_abba();
  abort();
}
