// SPDX-License-Identifier: Apache-2.0
// A large tree, a parent always before its child. Children lie on either side of their parents, so both
// orders of addresses are too frequent to be recorded one by one; no pair that was had both.
//
// expect: same-class-nesting severity=note tier=plausible locks=2 names=nodes[] functions=visit reason=likely
#include "tests/e2e/support.h"

enum { kChildren = 1500 };
static pthread_mutex_t nodes[2 * kChildren + 1];  // the root in the middle

static void visit(int number) {
  (void)number;
  for (int child = 0; child <= 2 * kChildren; ++child) {
    if (child == kChildren) continue;
    pthread_mutex_lock(&nodes[kChildren]);
    pthread_mutex_lock(&nodes[child]);
    pthread_mutex_unlock(&nodes[child]);
    pthread_mutex_unlock(&nodes[kChildren]);
  }
}

int main(void) {
  for (int i = 0; i <= 2 * kChildren; ++i) CHECK(pthread_mutex_init(&nodes[i], NULL) == 0);
  run_numbered_in_turn(2, visit);
  return 0;
}
