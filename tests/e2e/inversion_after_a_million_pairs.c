// SPDX-License-Identifier: Apache-2.0
// After a million pairs of locks of one kind, taken in both orders of addresses, two of these locks are
// nested at two places of their own, once this way and once that way. The pairs before are counted, not
// recorded one by one, but for the first 1,023 of each order; the places make kinds of their own, so the
// inversion is recorded with both stacks.
//
// expect: same-class-nesting tier=plausible severity=error locks=2 names=items[7],items[1400]
// functions=forward,backward
// stderr: 997954 nestings counted by kind
#include "tests/e2e/support.h"

enum { kItems = 1500, kPairs = 1000000 };
static pthread_mutex_t items[kItems];

static void nest_many(void) {
  for (int i = 0; i < kPairs; ++i) {
    pthread_mutex_t* outer = &items[i % kItems];
    pthread_mutex_t* inner = &items[(i + 1 + i / kItems) % kItems];
    pthread_mutex_lock(outer);
    pthread_mutex_lock(inner);
    pthread_mutex_unlock(inner);
    pthread_mutex_unlock(outer);
  }
}

static void forward(void) {
  pthread_mutex_lock(&items[7]);
  pthread_mutex_lock(&items[1400]);
  pthread_mutex_unlock(&items[1400]);
  pthread_mutex_unlock(&items[7]);
}

static void backward(void) {
  pthread_mutex_lock(&items[1400]);
  pthread_mutex_lock(&items[7]);
  pthread_mutex_unlock(&items[7]);
  pthread_mutex_unlock(&items[1400]);
}

int main(void) {
  for (int i = 0; i < kItems; ++i) CHECK(pthread_mutex_init(&items[i], NULL) == 0);
  const Part parts[] = {nest_many, forward, backward};
  run_in_turn(3, parts);
  return 0;
}
