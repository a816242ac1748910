// SPDX-License-Identifier: Apache-2.0
// close(): connection, then table. shut_down(): table, then each connection.
#include "tests/e2e/support.h"

#include <algorithm>
#include <mutex>
#include <vector>

struct Connection {
  std::mutex lock;
  bool open = true;
  void close();
};

static std::mutex table_lock;
static std::vector<Connection*> table;
static Connection first, second;

static void unregister(Connection* connection) {
  std::lock_guard hold(table_lock);  // wanted: close
  table.erase(std::remove(table.begin(), table.end(), connection), table.end());
}

void Connection::close() {
  std::lock_guard hold(lock);  // held: close
  open = false;
  unregister(this);
}

static void shut_down() {
  std::lock_guard hold_table(table_lock);  // held: shutdown
  for (Connection* connection : table) {
    std::lock_guard hold(connection->lock);  // wanted: shutdown
    connection->open = false;
  }
  table.clear();
}

static void close_first() {
  first.close();
}

int main() {
  table = {&first, &second};
  const Part parts[] = {shut_down, close_first};
  run_in_turn(2, parts);
  printf("%d %d\n", first.open, second.open);
}
