// SPDX-License-Identifier: Apache-2.0
// A transfer locks the account that money comes from, then the one it goes to.
//
// expect: same-class-nesting tier=plausible locks=2 names=accounts[0],accounts[1] functions=transfer
// reason=overlap
#include "tests/e2e/support.h"

static struct Account {
  pthread_mutex_t lock;
  long balance;
} accounts[2];

static void transfer(int from, int to) {
  pthread_mutex_lock(&accounts[from].lock);  // held: account
  pthread_mutex_lock(&accounts[to].lock);    // wanted: account
  accounts[from].balance -= 1;
  accounts[to].balance += 1;
  pthread_mutex_unlock(&accounts[to].lock);
  pthread_mutex_unlock(&accounts[from].lock);
}

static void pay(int number) {
  transfer(number, 1 - number);
}

int main(void) {
  run_numbered_in_turn(2, pay);
  return 0;
}
