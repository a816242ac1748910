// SPDX-License-Identifier: Apache-2.0
// A preinit function runs before any constructor, the watching library's included; an exit handler runs
// late.
//
// expect: lock-order-cycle tier=single-thread locks=2 names=a,b functions=preinit,at_exit
#include "tests/e2e/support.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void preinit() {
  pthread_mutex_lock(&a);  // held: preinit
  pthread_mutex_lock(&b);  // wanted: preinit
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
}
__attribute__((section(".preinit_array"), used)) static const Part kPreinit = preinit;

static void at_exit() {
  pthread_mutex_lock(&b);  // held: exit
  pthread_mutex_lock(&a);  // wanted: exit
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
}

int main() {
  CHECK(atexit(at_exit) == 0);
}
