// SPDX-License-Identifier: Apache-2.0
// The address was used before, but both orders belong to the second node's life.
#include "tests/e2e/support.h"

#include <mutex>
#include <new>

struct Node {
  std::mutex lock;
  int value = 0;
};
static std::mutex list_lock;
static Node* node;
alignas(Node) static unsigned char pool[sizeof(Node)];

static void make_node() {
  node = new (pool) Node;
  std::lock_guard hold_node(node->lock);
  ++node->value;
}

static void first_user() {
  make_node();
  node->~Node();
  make_node();
  std::lock_guard hold_node(node->lock);  // held: first
  std::lock_guard hold_list(list_lock);   // wanted: first
}

static void second_user() {
  std::lock_guard hold_list(list_lock);   // held: second
  std::lock_guard hold_node(node->lock);  // wanted: second
}

int main() {
  const Part parts[] = {first_user, second_user};
  run_in_turn(2, parts);
}
