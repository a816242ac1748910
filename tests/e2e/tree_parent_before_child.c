// SPDX-License-Identifier: Apache-2.0
// The nodes of a tree, a parent always before its child, whichever lies lower in memory.
//
// expect: silent
#include "tests/e2e/support.h"

enum { kNodes = 7 };
static pthread_mutex_t nodes[kNodes];
static const int parents[kNodes] = {3, 3, 1, -1, 5, 3, 5};  // 3 is the root

static void climb_down(int number) {
  for (int child = 0; child < kNodes; ++child) {
    const int parent = parents[(child + number) % kNodes];
    if (parent < 0) continue;
    pthread_mutex_lock(&nodes[parent]);
    pthread_mutex_lock(&nodes[(child + number) % kNodes]);
    pthread_mutex_unlock(&nodes[parent]);
    pthread_mutex_unlock(&nodes[(child + number) % kNodes]);
  }
}

int main(void) {
  for (int i = 0; i < kNodes; ++i) CHECK(pthread_mutex_init(&nodes[i], NULL) == 0);
  run_numbered_in_turn(2, climb_down);
  return 0;
}
