// SPDX-License-Identifier: Apache-2.0
// Takes two locks in the order that its argument says: one in each run.
#include <pthread.h>
#include <string.h>

static pthread_mutex_t cache = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

static void* flush(void* unused) {
  pthread_mutex_lock(&cache);
  pthread_mutex_lock(&disk);
  pthread_mutex_unlock(&disk);
  pthread_mutex_unlock(&cache);
  return unused;
}

static void* load(void* unused) {
  pthread_mutex_lock(&disk);
  pthread_mutex_lock(&cache);
  pthread_mutex_unlock(&cache);
  pthread_mutex_unlock(&disk);
  return unused;
}

int main(int count, char** arguments) {
  pthread_t thread;
  if (count != 2) return 1;
  if (pthread_create(&thread, NULL, strcmp(arguments[1], "flush") == 0 ? flush : load, NULL) != 0) return 1;
  return pthread_join(thread, NULL);
}
