// SPDX-License-Identifier: Apache-2.0
// A process replaces itself by a program that has a cycle.
//
// exit: 5
// expect: lock-order-cycle tier=plausible locks=2 names=a,b functions=forward,backward
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b;

static void forward() {
  std::lock_guard outer(a);
  std::lock_guard inner(b);
}

static void backward() {
  std::lock_guard outer(b);
  std::lock_guard inner(a);
}

int main(int argc, char** argv) {
  if (argc == 1) {
    std::lock_guard before(a);
    execl("/proc/self/exe", argv[0], "replaced", nullptr);
    return 98;
  }
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  puts("replaced");
  return 5;
}
