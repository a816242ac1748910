// SPDX-License-Identifier: Apache-2.0
// Sleeping and reading by the C++ library with a lock held: the report begins at the program's own code.
//
// flags: -O0
// flags: -O2
// expect: lock-held-across-io severity=warning names=config at=Store::load message=pipe
// expect: lock-held-across-io severity=warning names=config at=Store::rest message=sleeps
#include "tests/e2e/asleep.h"

#include <chrono>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include <sys/stat.h>

static std::string path = "/tmp/gordian-stream-" + std::to_string(getpid());

static void write_fifo() {
  std::ofstream(path) << "value\n";
}

struct Store {
  std::mutex config;

  [[gnu::noinline]] void load(std::ifstream& file) {
    const std::lock_guard hold(config);
    std::string value;
    CHECK(std::getline(file, value) && value == "value");
  }

  [[gnu::noinline]] void rest() {
    const std::lock_guard hold(config);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
};

static Store store;

int main() {
  CHECK(mkfifo(path.c_str(), 0600) == 0);
  const int keep = open(path.c_str(), O_RDWR);  // so that neither side waits to be opened
  std::ifstream file(path);
  wake_by(write_fifo);
  store.load(file);
  helper_done();
  store.rest();
  CHECK(close(keep) == 0 && unlink(path.c_str()) == 0);
}
