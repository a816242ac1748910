// SPDX-License-Identifier: Apache-2.0
// The last node and its successor are locked in order of address, which breaks the ring.
#include "tests/e2e/support.h"

enum { kNodes = 70 };
struct Node {
  pthread_mutex_t lock;
  int load;
};
static struct Node nodes[kNodes];

static void push_to_successor(int number) {
  const int successor = (number + 1) % kNodes;
  struct Node* const first = &nodes[number < successor ? number : successor];
  struct Node* const second = &nodes[number < successor ? successor : number];
  pthread_mutex_lock(&first->lock);
  pthread_mutex_lock(&second->lock);
  --nodes[number].load;
  ++nodes[successor].load;
  pthread_mutex_unlock(&second->lock);
  pthread_mutex_unlock(&first->lock);
}

int main(void) {
  for (int i = 0; i < kNodes; ++i) pthread_mutex_init(&nodes[i].lock, NULL);
  run_numbered_in_turn(kNodes, push_to_successor);
  for (int i = 0; i < kNodes; ++i) pthread_mutex_destroy(&nodes[i].lock);
  return 0;
}
