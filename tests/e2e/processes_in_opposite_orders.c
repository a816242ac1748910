// SPDX-License-Identifier: Apache-2.0
// Two processes, one forked from the other, take two locks in opposite orders, one after the other so that
// nothing hangs. In memory that both map, that is a cycle which neither of them has alone. Where each has
// locks of its own, it is none.
//
// expect: same-class-nesting tier=plausible locks=2 functions=first_then_second,second_then_first
#include "tests/e2e/processes.h"

int main(void) {
  in_opposite_orders(MAP_SHARED);
  return 0;
}
