// SPDX-License-Identifier: Apache-2.0
// The same transfers, the account at the lower address first.
//
// expect: silent
#include "tests/e2e/support.h"

static struct Account {
  pthread_mutex_t lock;
  long balance;
} accounts[2];

static void transfer(int from, int to) {
  const int first = from < to ? from : to;
  const int second = from < to ? to : from;
  pthread_mutex_lock(&accounts[first].lock);
  pthread_mutex_lock(&accounts[second].lock);
  accounts[from].balance -= 1;
  accounts[to].balance += 1;
  pthread_mutex_unlock(&accounts[second].lock);
  pthread_mutex_unlock(&accounts[first].lock);
}

static void pay(int number) {
  transfer(number, 1 - number);
}

int main(void) {
  run_numbered_in_turn(2, pay);
  return 0;
}
