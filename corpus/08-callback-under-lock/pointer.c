// SPDX-License-Identifier: Apache-2.0
// notify(): registry, then model, through a function pointer. rebuild(): model, then registry.
#include "tests/e2e/support.h"

typedef void (*Listener)(void);

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t model_lock = PTHREAD_MUTEX_INITIALIZER;
static Listener listeners[8];
static int listener_count;
static int events;

static void on_event(void) {
  pthread_mutex_lock(&model_lock);  // wanted: notify
  ++events;
  pthread_mutex_unlock(&model_lock);
}

static void subscribe(Listener listener) {
  pthread_mutex_lock(&registry_lock);  // wanted: rebuild
  listeners[listener_count++] = listener;
  pthread_mutex_unlock(&registry_lock);
}

static void notify(void) {
  pthread_mutex_lock(&registry_lock);  // held: notify
  for (int i = 0; i < listener_count; ++i) listeners[i]();
  pthread_mutex_unlock(&registry_lock);
}

static void rebuild(void) {
  pthread_mutex_lock(&model_lock);  // held: rebuild
  subscribe(on_event);
  pthread_mutex_unlock(&model_lock);
}

int main(void) {
  subscribe(on_event);
  const Part parts[] = {notify, rebuild};
  run_in_turn(2, parts);
  printf("%d events, %d listeners\n", events, listener_count);
  return 0;
}
