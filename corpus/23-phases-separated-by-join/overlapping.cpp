// SPDX-License-Identifier: Apache-2.0
// The storer is created before the loader is joined. That the loader was quick is luck: here it is a
// handshake that no lock order rests on.
#include "tests/e2e/support.h"

#include <mutex>
#include <thread>

static std::mutex input, output;
static Step loaded;

static void load() {
  std::lock_guard hold_input(input);    // held: load
  std::lock_guard hold_output(output);  // wanted: load
}

static void store() {
  std::lock_guard hold_output(output);  // held: store
  std::lock_guard hold_input(input);    // wanted: store
}

int main() {
  std::thread loader([] {
    load();
    advance(&loaded);
  });
  std::thread storer([] {
    await(&loaded, 1);
    store();
  });
  loader.join();
  storer.join();
}
