// SPDX-License-Identifier: Apache-2.0
// shut_down() takes the connections out of the table and lets go of it before it closes them.
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
  std::lock_guard hold(table_lock);
  table.erase(std::remove(table.begin(), table.end(), connection), table.end());
}

void Connection::close() {
  std::lock_guard hold(lock);
  open = false;
  unregister(this);
}

static void shut_down() {
  std::vector<Connection*> closing;
  {
    std::lock_guard hold_table(table_lock);
    closing.swap(table);
  }
  for (Connection* connection : closing) connection->close();
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
