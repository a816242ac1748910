// SPDX-License-Identifier: Apache-2.0
// With --keep-exit-status, death by a signal becomes 128 + its number, as in a shell.
//
// signal: ABRT
// run_options: --keep-exit-status
// expect: lock-order-cycle tier=plausible locks=2
#include "tests/e2e/abba.h"

int main(void) {
  run_abba();
  abort();
}
