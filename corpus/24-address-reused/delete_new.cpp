// SPDX-License-Identifier: Apache-2.0
// A node is deleted and the next one allocated at once, which the allocator places at the same address.
#include "tests/e2e/support.h"

#include <cstdint>
#include <mutex>

struct Node {
  std::mutex lock;
  int value = 0;
};
static std::mutex list_lock;
static Node* node;

static void first_user() {
  node = new Node;
  {
    std::lock_guard hold_node(node->lock);
    std::lock_guard hold_list(list_lock);
    ++node->value;
  }
  const auto address = reinterpret_cast<uintptr_t>(node);
  delete node;
  node = new Node;
  CHECK(reinterpret_cast<uintptr_t>(node) == address);
}

static void second_user() {
  {
    std::lock_guard hold_list(list_lock);
    std::lock_guard hold_node(node->lock);
    ++node->value;
  }
  delete node;
}

int main() {
  const Part parts[] = {first_user, second_user};
  run_in_turn(2, parts);
}
