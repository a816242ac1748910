// SPDX-License-Identifier: Apache-2.0
// Each pair of a, b and c is taken in both orders, always under a gate of that pair. That guards nothing of
// the way round by all three, though each of its edges is also one of a shorter cycle that cannot close. The
// way round the other way would need three threads, and there is one.
//
// expect: lock-order-cycle tier=plausible locks=3 names=a,b,c functions=a_then_b,b_then_c,c_then_a
// expect: lock-order-cycle tier=guarded locks=2 names=a,b reason=gate_of_a_and_b
// expect: lock-order-cycle tier=guarded locks=2 names=b,c reason=gate_of_b_and_c
// expect: lock-order-cycle tier=guarded locks=2 names=c,a reason=gate_of_c_and_a
#include "tests/e2e/support.h"

static pthread_mutex_t gate_of_a_and_b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gate_of_b_and_c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t gate_of_c_and_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;

static void nest(pthread_mutex_t* gate, pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(gate);
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
  pthread_mutex_unlock(gate);
}

static void a_then_b(void) {
  nest(&gate_of_a_and_b, &a, &b);
}

static void b_then_c(void) {
  nest(&gate_of_b_and_c, &b, &c);
}

static void c_then_a(void) {
  nest(&gate_of_c_and_a, &c, &a);
}

static void all_the_other_way(void) {
  nest(&gate_of_a_and_b, &b, &a);
  nest(&gate_of_b_and_c, &c, &b);
  nest(&gate_of_c_and_a, &a, &c);
}

int main(void) {
  const Part parts[] = {a_then_b, b_then_c, c_then_a, all_the_other_way};
  run_in_turn(4, parts);
  return 0;
}
