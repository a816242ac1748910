// SPDX-License-Identifier: Apache-2.0
// The healthy twin of processes_in_opposite_orders: after the fork each process has two locks of its own,
// though they are made to be shared.
//
// expect: silent
#include "tests/e2e/processes.h"

int main(void) {
  in_opposite_orders(MAP_PRIVATE);
  return 0;
}
