// SPDX-License-Identifier: Apache-2.0
//
// A System V semaphore set that does not outlive the test, though it outlives its process.
#ifndef GORDIAN_TESTS_E2E_SYSTEM_V_SET_H
#define GORDIAN_TESTS_E2E_SYSTEM_V_SET_H

#include <sys/ipc.h>
#include <sys/sem.h>

#include "tests/e2e/support.h"

static int set;

static inline void change(short by, short flags) {
  struct sembuf operation = {0, by, flags};
  CHECK(semop(set, &operation, 1) == 0);
}

// A child removes it when this process has ended.
static inline void make_set(int value) {
  int ends[2];
  char nothing;
  set = semget(IPC_PRIVATE, 1, 0600);
  CHECK(set >= 0 && pipe(ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    for (int fd = 0; fd < 3; ++fd) close(fd);
    close(ends[1]);
    if (read(ends[0], &nothing, 1) == 0) semctl(set, 0, IPC_RMID);
    _exit(0);
  }
  CHECK(semctl(set, 0, SETVAL, value) == 0);
}

#endif  // GORDIAN_TESTS_E2E_SYSTEM_V_SET_H
