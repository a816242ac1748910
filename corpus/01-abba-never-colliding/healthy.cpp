// SPDX-License-Identifier: Apache-2.0
// One order only: the reader leaves the disk lock before it takes the cache lock.
#include "tests/e2e/support.h"

#include <mutex>

static std::mutex cache_lock, disk_lock;
static int dirty_blocks = 3;

static void write_blocks() {
  std::lock_guard hold(disk_lock);
  dirty_blocks = 0;
}

static void flush_cache() {
  std::lock_guard hold(cache_lock);
  if (dirty_blocks > 0) write_blocks();
}

static void cache_block() {
  std::lock_guard hold(cache_lock);
  ++dirty_blocks;
}

static void read_block() {
  { std::lock_guard hold(disk_lock); }
  cache_block();
}

int main() {
  const Part parts[] = {flush_cache, read_block};
  run_in_turn(2, parts);
  printf("%d dirty\n", dirty_blocks);
}
