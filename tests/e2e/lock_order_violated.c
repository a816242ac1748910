// SPDX-License-Identifier: Apache-2.0
//
// One thread takes two locks against the order that was written down. Nobody takes them the other way round,
// so there is no cycle.
//
// order: config_lock < cache_lock < disk_lock
// expect: lock-order-violation locks=2 names=disk_lock,config_lock functions=reload tier=observed
#include <pthread.h>

static pthread_mutex_t config_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;

static void reload(void) {
  pthread_mutex_lock(&disk_lock);    // held: reload
  pthread_mutex_lock(&config_lock);  // wanted: reload
  pthread_mutex_unlock(&config_lock);
  pthread_mutex_unlock(&disk_lock);
}

int main(void) {
  reload();
}
