// SPDX-License-Identifier: Apache-2.0
// The loader has ended before the storer begins: they cannot wait for each other.
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex input, output;

static void load() {
  std::lock_guard hold_input(input);    // held: load
  std::lock_guard hold_output(output);  // wanted: load
}

static void store() {
  std::lock_guard hold_output(output);  // held: store
  std::lock_guard hold_input(input);    // wanted: store
}

int main() {
  std::thread(load).join();
  std::thread(store).join();
}
