// SPDX-License-Identifier: Apache-2.0
// std::shared_mutex is a read-write lock of glibc's default kind, where readers pass by a waiting writer: so
// a thread that reads it twice, though the standard does not allow it, does not hang, nor do readers in
// opposite orders.
//
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>
#include <shared_mutex>

static std::shared_mutex table;
static std::shared_mutex index_of_table;

static void look_up() {
  std::shared_lock reading(table);
  std::shared_lock searching(index_of_table);
  std::shared_lock again(table);
}

static void scan() {
  std::shared_lock searching(index_of_table);
  std::shared_lock reading(table);
}

static void write() {
  { std::unique_lock writing(table); }
  { std::unique_lock writing(index_of_table); }
}

int main() {
  const Part parts[] = {look_up, scan, write, write};
  run_in_turn(4, parts);
}
