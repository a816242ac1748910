// SPDX-License-Identifier: Apache-2.0
// Of very many pairs one is inverted that was recorded lock by lock: the report names the two locks.
//
// expect: lock-order-cycle tier=plausible locks=2 names=orders[7],stocks[7] functions=forward,backward
#include "tests/e2e/many_pairs.h"

static void backward(void) {
  invert(kEarly);
}

int main(void) {
  make_pairs();
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}
