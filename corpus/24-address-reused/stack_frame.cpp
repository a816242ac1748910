// SPDX-License-Identifier: Apache-2.0
// A mutex in a stack frame, twice at the same address. The first one is taken before the list lock by its own
// thread, the second one after it by the thread it is lent to.
#include "tests/e2e/support.h"

#include <cstdint>
#include <mutex>
#include <thread>

static std::mutex list_lock;
static std::mutex* lent;
static Step step;

__attribute__((noinline)) static uintptr_t visit(bool lend) {
  std::mutex own;
  lent = &own;
  if (lend) {
    advance(&step);
    await(&step, 2);
  } else {
    std::lock_guard hold_own(own);
    std::lock_guard hold_list(list_lock);
  }
  return reinterpret_cast<uintptr_t>(&own);
}

static void lender() {
  const uintptr_t first = visit(false);
  const uintptr_t second = visit(true);
  CHECK(first == second);
}

static void borrower() {
  await(&step, 1);
  {
    std::lock_guard hold_list(list_lock);
    std::lock_guard hold_lent(*lent);
  }
  advance(&step);
}

int main() {
  std::thread lending(lender);
  std::thread borrowing(borrower);
  lending.join();
  borrowing.join();
}
