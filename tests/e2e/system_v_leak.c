// SPDX-License-Identifier: Apache-2.0
// Two of five permits of a System V semaphore are never given back: by a thread that ends, by the process, or
// before the set is removed.
//
// args: exit
// args: thread
// args: removed
// expect: semaphore-leak tier=observed locks=1 functions=forget kinds=System-V-semaphore reason=posted
#include "tests/e2e/system_v_set.h"

__attribute__((noinline)) static void forget(void) {
  change(-3, 0);
  change(3, 0);
  change(-2, 0);
}

static void* forget_in_thread(void* unused) {
  forget();
  return unused;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  make_set(5);
  if (strcmp(argv[1], "thread") == 0) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, forget_in_thread, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  } else {
    forget();
  }
  CHECK(semctl(set, 0, GETVAL) == 3);
  if (strcmp(argv[1], "removed") == 0) CHECK(semctl(set, 0, IPC_RMID) == 0);
  return 0;
}
