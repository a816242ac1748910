// SPDX-License-Identifier: Apache-2.0
// Two System V semaphores of one set, taken in opposite orders. The values are set one by one, or all at
// once: in one place, so they are of one class.
//
// args: one
// args: all
// expect: same-class-nesting tier=plausible locks=2 functions=forward,backward kinds=System-V-semaphore
#include "tests/e2e/support.h"

#include <sys/ipc.h>
#include <sys/sem.h>

static int set;

static void take(int number) {
  struct sembuf operation = {(unsigned short)number, -1, SEM_UNDO};
  CHECK(semop(set, &operation, 1) == 0);
}

static void give_back(int number) {
  struct sembuf operation = {(unsigned short)number, 1, SEM_UNDO};
  CHECK(semop(set, &operation, 1) == 0);
}

static void forward(void) {
  take(0);
  take(1);
  give_back(1);
  give_back(0);
}

static void backward(void) {
  take(1);
  take(0);
  give_back(0);
  give_back(1);
}

int main(int argc, char** argv) {
  set = semget(IPC_PRIVATE, 2, 0600);
  CHECK(set >= 0);
  unsigned short ones[] = {1, 1};
  if (argc == 2 && strcmp(argv[1], "all") == 0) {
    CHECK(semctl(set, 0, SETALL, ones) == 0);
  } else {
    for (int number = 0; number < 2; ++number) CHECK(semctl(set, number, SETVAL, 1) == 0);
  }
  const Part parts[] = {forward, backward};
  run_in_turn(2, parts);
  CHECK(semctl(set, 0, GETVAL) == 1);
  CHECK(semctl(set, 0, IPC_RMID) == 0);
  return 0;
}
