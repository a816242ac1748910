// SPDX-License-Identifier: Apache-2.0
// The parent keeps one order; only the child inverts it, and dies with a status of its own.
//
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=child_forward,child_backward
#include "tests/e2e/support.h"

#include <sys/wait.h>

#include <mutex>

static std::mutex a, b;

static void parent_forward() {
  std::lock_guard outer(a);
  std::lock_guard inner(b);
}

static void child_forward() {
  std::lock_guard outer(a);  // held: forward
  std::lock_guard inner(b);  // wanted: forward
}

static void child_backward() {
  std::lock_guard outer(b);  // held: backward
  std::lock_guard inner(a);  // wanted: backward
}

int main() {
  const Part parent_parts[] = {parent_forward, parent_forward};
  run_in_turn(2, parent_parts);
  const pid_t child = fork();
  if (child == 0) {
    const Part child_parts[] = {child_forward, child_backward};
    run_in_turn(2, child_parts);
    return 7;
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  run_in_turn(2, parent_parts);
}
