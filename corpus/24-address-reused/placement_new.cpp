// SPDX-License-Identifier: Apache-2.0
// The second node is built where the first one was. std::mutex makes no call when it begins or ends.
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

static void first_user() {
  node = new (pool) Node;
  {
    std::lock_guard hold_node(node->lock);
    std::lock_guard hold_list(list_lock);
    ++node->value;
  }
  node->~Node();
}

static void second_user() {
  node = new (pool) Node;
  {
    std::lock_guard hold_list(list_lock);
    std::lock_guard hold_node(node->lock);
    ++node->value;
  }
  node->~Node();
}

int main() {
  const Part parts[] = {first_user, second_user};
  run_in_turn(2, parts);
}
