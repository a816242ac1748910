// SPDX-License-Identifier: Apache-2.0
// std::scoped_lock waits for one lock and only tries the other: whatever the order it is given, nobody waits
// while holding one.
//
// flags: -O0
// flags: -O2
// expect: silent
#include "tests/e2e/support.h"

#include <mutex>

static struct Account {
  std::mutex lock;
  long balance = 0;
} accounts[2];

static void transfer(Account& from, Account& to) {
  std::scoped_lock both(from.lock, to.lock);
  from.balance -= 1;
  to.balance += 1;
}

static void pay(int number) {
  transfer(accounts[number], accounts[1 - number]);
}

int main() {
  run_numbered_in_turn(2, pay);
}
