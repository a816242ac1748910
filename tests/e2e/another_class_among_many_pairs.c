// SPDX-License-Identifier: Apache-2.0
// After very many pairs, the same code takes the inner lock of one of them inside a lock of another class.
// That is a kind of its own, so it is recorded however many the others were.
//
// expect: lock-order-cycle tier=plausible locks=2 names=returns,stocks[7] functions=forward,backward
#include "tests/e2e/support.h"

enum { kPairs = 1500 };
static struct {
  pthread_mutex_t orders[kPairs];
  pthread_mutex_t returns;
  pthread_mutex_t stocks[kPairs];
} shop;

static struct {
  pthread_mutex_t* outer;
  pthread_mutex_t* inner;
} pairs[kPairs + 1];

static void forward(void) {
  for (int i = 0; i <= kPairs; ++i) {
    pthread_mutex_lock(pairs[i].outer);
    pthread_mutex_lock(pairs[i].inner);
    pthread_mutex_unlock(pairs[i].inner);
    pthread_mutex_unlock(pairs[i].outer);
  }
}

static void backward(void) {
  pthread_mutex_lock(&shop.stocks[7]);
  pthread_mutex_lock(&shop.returns);
  pthread_mutex_unlock(&shop.returns);
  pthread_mutex_unlock(&shop.stocks[7]);
}

int main(void) {
  for (int i = 0; i < kPairs; ++i) CHECK(pthread_mutex_init(&shop.orders[i], NULL) == 0);
  for (int i = 0; i < kPairs; ++i) CHECK(pthread_mutex_init(&shop.stocks[i], NULL) == 0);
  CHECK(pthread_mutex_init(&shop.returns, NULL) == 0);
  for (int i = 0; i < kPairs; ++i) {
    pairs[i].outer = &shop.orders[i];
    pairs[i].inner = &shop.stocks[i];
  }
  pairs[kPairs].outer = &shop.returns;
  pairs[kPairs].inner = &shop.stocks[7];
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  return 0;
}
