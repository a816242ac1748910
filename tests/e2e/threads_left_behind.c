// SPDX-License-Identifier: Apache-2.0
// Threads that end, and that nobody joins or detaches.
//
// expect: unjoined-thread severity=warning functions=start_and_forget message=3
#include "tests/e2e/support.h"

#include <dirent.h>

static void* work(void* unused) {
  return unused;
}

__attribute__((noinline)) static void start_and_forget(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
}

static int count_threads(void) {
  DIR* const tasks = opendir("/proc/self/task");
  int count = 0;
  while (readdir(tasks) != NULL) ++count;
  closedir(tasks);
  return count - 2;  // "." and ".."
}

int main(void) {
  for (int i = 0; i < 3; ++i) start_and_forget();
  while (count_threads() > 1) sched_yield();
  return 0;
}
