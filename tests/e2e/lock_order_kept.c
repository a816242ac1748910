// SPDX-License-Identifier: Apache-2.0
//
// The twin of lock_order_violated: the order that was written down is kept, and a lock that it does not name
// may be taken anywhere.
//
// order: config_lock < cache_lock < disk_lock
// expect: silent
#include <pthread.h>

static pthread_mutex_t config_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  pthread_mutex_lock(&config_lock);
  pthread_mutex_lock(&disk_lock);
  pthread_mutex_lock(&other_lock);
  pthread_mutex_unlock(&other_lock);
  pthread_mutex_unlock(&disk_lock);
  pthread_mutex_unlock(&config_lock);
}
