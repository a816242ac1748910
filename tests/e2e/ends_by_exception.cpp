// SPDX-License-Identifier: Apache-2.0
// An exception nobody catches ends in terminate and abort, with its message unchanged.
//
// signal: ABRT
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/abba.h"

#include <stdexcept>

int main() {
  run_abba();
  throw std::runtime_error("nobody catches this");
}
