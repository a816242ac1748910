// SPDX-License-Identifier: Apache-2.0
// The slot's mutex is destroyed and initialised again. Each of its two lives has one order.
#include "tests/e2e/support.h"

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t slot;

static void first_user(void) {
  pthread_mutex_init(&slot, NULL);
  pthread_mutex_lock(&slot);
  pthread_mutex_lock(&list_lock);
  pthread_mutex_unlock(&list_lock);
  pthread_mutex_unlock(&slot);
  pthread_mutex_destroy(&slot);
}

static void second_user(void) {
  pthread_mutex_init(&slot, NULL);
  pthread_mutex_lock(&list_lock);
  pthread_mutex_lock(&slot);
  pthread_mutex_unlock(&slot);
  pthread_mutex_unlock(&list_lock);
  pthread_mutex_destroy(&slot);
}

int main(void) {
  const Part parts[] = {first_user, second_user};
  run_in_turn(2, parts);
  return 0;
}
