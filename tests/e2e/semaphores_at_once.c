// SPDX-License-Identifier: Apache-2.0
// One semop on two semaphores waits for both before it has either: the order in which it names them means
// nothing. Neither does that of a semaphore which another thread posts, or whose value nobody set here.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/sem.h>

enum { kOne, kOther, kSignal, kUnset, kCount };
static int set;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static void change(int number, short by) {
  struct sembuf operation = {(unsigned short)number, by, 0};
  CHECK(semop(set, &operation, 1) == 0);
}

static void both(int first, int second) {
  struct sembuf take[] = {{(unsigned short)first, -1, 0}, {(unsigned short)second, -1, 0}};
  struct sembuf give[] = {{(unsigned short)first, 1, 0}, {(unsigned short)second, 1, 0}};
  CHECK(semop(set, take, 2) == 0);
  CHECK(semop(set, give, 2) == 0);
}

static void under(int number) {
  pthread_mutex_lock(&m);
  change(number, -1);
  pthread_mutex_unlock(&m);
}

static void over(int number) {
  change(number, -1);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

static void first(void) {
  both(kOne, kOther);
  change(kUnset, 2);
  over(kSignal);
}

static void second(void) {
  both(kOther, kOne);
  change(kSignal, 1);
  under(kUnset);
}

static void third(void) {
  under(kSignal);
  over(kUnset);
}

static void misuse(void) {
  struct sembuf too_high = {kCount, -1, 0};
  errno = 0;
  CHECK(semop(set, &too_high, 1) == -1 && errno == EFBIG);
  CHECK(semop(set, NULL, 1) == -1 && errno == EFAULT);
  CHECK(semop(set, &too_high, 0) == -1 && errno == EINVAL);
  struct sembuf none_left = {kUnset, -1, IPC_NOWAIT};
  CHECK(semop(set, &none_left, 1) == -1 && errno == EAGAIN);
  const struct timespec soon = {0, 1};
  none_left.sem_flg = 0;
  CHECK(semtimedop(set, &none_left, 1, &soon) == -1 && errno == EAGAIN);
}

int main(void) {
  set = semget(IPC_PRIVATE, kCount, 0600);
  CHECK(set >= 0);
  for (int i = 0; i < kUnset; ++i) CHECK(semctl(set, i, SETVAL, 1) == 0);
  const Part parts[] = {first, second, third, misuse};
  run_in_turn(4, parts);
  CHECK(semctl(set, 0, IPC_RMID) == 0);
  return 0;
}
