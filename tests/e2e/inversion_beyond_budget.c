// SPDX-License-Identifier: Apache-2.0
// Of very many pairs one is inverted that was only counted: the report knows that it is one of its class.
//
// expect: lock-order-cycle tier=plausible locks=2 names=orders[],stocks[] functions=forward,backward
// reason=classes
#include "tests/e2e/many_pairs.h"

static void backward(void) {
  invert(kLate);
}

int main(void) {
  make_pairs();
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}
