// SPDX-License-Identifier: Apache-2.0
// Seventy threads, each in the order node, successor: one cycle of seventy locks.
#include "tests/e2e/support.h"

enum { kNodes = 70 };
struct Node {
  pthread_mutex_t lock;
  int load;
};
static struct Node nodes[kNodes];

static void push_to_successor(int number) {
  struct Node* const first = &nodes[number];
  struct Node* const second = &nodes[(number + 1) % kNodes];
  pthread_mutex_lock(&first->lock);   // held: push
  pthread_mutex_lock(&second->lock);  // wanted: push
  --first->load;
  ++second->load;
  pthread_mutex_unlock(&second->lock);
  pthread_mutex_unlock(&first->lock);
}

int main(void) {
  for (int i = 0; i < kNodes; ++i) pthread_mutex_init(&nodes[i].lock, NULL);
  run_numbered_in_turn(kNodes, push_to_successor);
  for (int i = 0; i < kNodes; ++i) pthread_mutex_destroy(&nodes[i].lock);
  return 0;
}
