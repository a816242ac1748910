// SPDX-License-Identifier: Apache-2.0
// Every standard guard, each in an edge of its own: stacks begin behind the library's frames.
//
// flags: -O0
// flags: -O2
// expect: lock-order-cycle tier=plausible locks=4 names=a,b,c,d functions=plain,scoped,unique,deferred
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex a, b, c, d;

static void plain() {
  std::lock_guard<std::mutex> outer(a);  // held: lock_guard
  std::lock_guard<std::mutex> inner(b);  // wanted: lock_guard
}

static void scoped() {
  std::scoped_lock outer(b);  // held: scoped_lock
  std::scoped_lock inner(c);  // wanted: scoped_lock
}

static void unique() {
  std::unique_lock outer(c);  // held: unique_lock
  std::unique_lock inner(d);  // wanted: unique_lock
}

static void deferred() {
  std::unique_lock outer(d, std::defer_lock);
  outer.lock();  // held: deferred
  a.lock();      // wanted: deferred
  a.unlock();
}

int main() {
  const Part parts[] = {plain, scoped, unique, deferred};
  run_in_turn(4, parts);
}
