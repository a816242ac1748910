// SPDX-License-Identifier: Apache-2.0
// Two processes that each hold a lock in memory they share, or on a file, and want the other's. Neither alone
// has a cycle.
//
// args: mutexes
// args: files
// expect: deadlock tier=actual locks=2 functions=take_both
// ended: deadlock
// only: run
// live: error: deadlock: main thread of
#include "tests/e2e/support.h"

#include <sys/file.h>
#include <sys/mman.h>

#include "tests/e2e/temporary_file.h"

struct Shared {
  pthread_mutex_t mutexes[2];
  Step both_have;
};
static struct Shared* shared;
static int files[2];
static char kind;

static void take(int which) {
  if (kind == 'm') {
    pthread_mutex_lock(&shared->mutexes[which]);
  } else {
    flock(files[which], LOCK_EX);
  }
}

static void take_both(int side) {
  take(side);
  advance(&shared->both_have);
  await(&shared->both_have, 2);
  take(1 - side);
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  kind = arguments[1][0];
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_init(&shared->mutexes[i], &attributes);
  }
  Path names[2];
  for (int i = 0; i < 2; ++i) make_file(names[i], "pair");
  const pid_t other = fork();
  CHECK(other >= 0);
  for (int i = 0; i < 2; ++i) files[i] = open_file(names[i]);  // each process for itself
  take_both(other == 0);
  return 0;
}
