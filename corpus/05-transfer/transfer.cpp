// SPDX-License-Identifier: Apache-2.0
// Payer before payee: two transfers in opposite directions take opposite orders.
#include "tests/e2e/support.h"

#include <memory>
#include <mutex>

struct Account {
  std::mutex mutex;
  int balance = 100;
};
static std::unique_ptr<Account> anna, bert;

static void transfer(Account& from, Account& to, int amount) {
  std::lock_guard hold_from(from.mutex);  // held: transfer
  std::lock_guard hold_to(to.mutex);      // wanted: transfer
  from.balance -= amount;
  to.balance += amount;
}

static void pay_bert() {
  transfer(*anna, *bert, 30);
}
static void pay_anna() {
  transfer(*bert, *anna, 20);
}

int main() {
  anna = std::make_unique<Account>();
  bert = std::make_unique<Account>();
  const Part parts[] = {pay_bert, pay_anna};
  run_in_turn(2, parts);
  printf("%d %d\n", anna->balance, bert->balance);
}
