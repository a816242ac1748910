// SPDX-License-Identifier: Apache-2.0
// Threads that end: detached from the beginning, or later, by others or by themselves, or joined.
//
// expect: silent
#include "tests/e2e/support.h"

#include <dirent.h>

static void* work(void* unused) {
  return unused;
}

static void* detach_itself(void* unused) {
  CHECK(pthread_detach(pthread_self()) == 0);
  return unused;
}

static void* wait_to_be_detached(void* step) {
  await(step, 1);
  return NULL;
}

static int count_threads(void) {
  DIR* const tasks = opendir("/proc/self/task");
  int count = 0;
  while (readdir(tasks) != NULL) ++count;
  closedir(tasks);
  return count - 2;  // "." and ".."
}

int main(void) {
  pthread_t thread;
  pthread_attr_t detached;
  Step is_detached = 0;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  CHECK(pthread_create(&thread, &detached, work, NULL) == 0);
  CHECK(pthread_create(&thread, NULL, detach_itself, NULL) == 0);
  CHECK(pthread_create(&thread, NULL, wait_to_be_detached, &is_detached) == 0);
  CHECK(pthread_detach(thread) == 0);
  advance(&is_detached);
  CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  while (count_threads() > 1) sched_yield();
  return 0;
}
