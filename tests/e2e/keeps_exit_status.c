// SPDX-License-Identifier: Apache-2.0
// With --keep-exit-status the command ends as the program did, findings or not.
//
// exit: 11
// run_options: --keep-exit-status
// expect: lock-order-cycle tier=plausible locks=2
#include "tests/e2e/abba.h"

int main(void) {
  run_abba();
  return 11;
}
