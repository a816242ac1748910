// SPDX-License-Identifier: Apache-2.0
//
// A cycle that the user has suppressed is not told, not even at the end of a plain preload; also when the
// program has gone to another directory than the one that the file's name is relative to.
//
// suppress: rule: lock-order-cycle
// suppress: function: back*
// expect: silent
#include "tests/e2e/abba.h"

int main(void) {
  CHECK(chdir("/") == 0);
  run_abba();
  return 0;
}
