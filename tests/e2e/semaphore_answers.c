// SPDX-License-Identifier: Apache-2.0
// What the calls for semaphores answer is what they answer unwatched: errno says why one failed, and stays as
// it was when one succeeds, also after it had to wait.
//
// args: private
// args: shared
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

enum { kUntouched = 4711 };
static sem_t semaphore;
static pid_t waiter_tid;
static Step step;

#define SUCCEEDS(call)          \
  do {                          \
    errno = kUntouched;         \
    CHECK((call) == 0);         \
    CHECK(errno == kUntouched); \
  } while (0)

#define FAILS(call, error) \
  do {                     \
    errno = kUntouched;    \
    CHECK((call) == -1);   \
    CHECK(errno == error); \
  } while (0)

static void ignore(int number) {
  (void)number;
}

static void* wait_twice(void* unused) {
  __atomic_store_n(&waiter_tid, gettid(), __ATOMIC_RELAXED);
  advance(&step);
  FAILS(sem_wait(&semaphore), EINTR);
  advance(&step);
  SUCCEEDS(sem_wait(&semaphore));
  SUCCEEDS(sem_post(&semaphore));
  return unused;
}

int main(int argc, char** argv) {
  const int shared = argc == 2 && strcmp(argv[1], "shared") == 0;
  const struct timespec past = {1, 0};
  const struct timespec wrong = {1, -1};
  struct timespec future;
  clock_gettime(CLOCK_REALTIME, &future);
  future.tv_sec += 30;

  FAILS(sem_init(&semaphore, shared, (unsigned)INT_MAX + 1), EINVAL);
  SUCCEEDS(sem_init(&semaphore, shared, 1));
  SUCCEEDS(sem_wait(&semaphore));
  FAILS(sem_trywait(&semaphore), EAGAIN);
  FAILS(sem_timedwait(&semaphore, &past), ETIMEDOUT);
  FAILS(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &past), ETIMEDOUT);
  SUCCEEDS(sem_post(&semaphore));
  SUCCEEDS(sem_trywait(&semaphore));
  SUCCEEDS(sem_post(&semaphore));
  SUCCEEDS(sem_timedwait(&semaphore, &past));
  SUCCEEDS(sem_post(&semaphore));
  FAILS(sem_timedwait(&semaphore, &wrong), EINVAL);
  FAILS(sem_clockwait(&semaphore, CLOCK_PROCESS_CPUTIME_ID, &future), EINVAL);
  SUCCEEDS(sem_timedwait(&semaphore, &future));

  // No SA_RESTART: the wait is given up.
  const struct sigaction action = {.sa_handler = ignore};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  pthread_t waiter;
  CHECK(pthread_create(&waiter, NULL, wait_twice, NULL) == 0);
  await(&step, 1);
  await_blocked(waiter_tid);
  CHECK(pthread_kill(waiter, SIGUSR1) == 0);
  await(&step, 2);
  await_blocked(waiter_tid);
  SUCCEEDS(sem_post(&semaphore));
  CHECK(pthread_join(waiter, NULL) == 0);

  SUCCEEDS(sem_destroy(&semaphore));
  SUCCEEDS(sem_init(&semaphore, shared, INT_MAX));
  FAILS(sem_post(&semaphore), EOVERFLOW);
  errno = kUntouched;
  CHECK(sem_open("/gordian/with/slashes", 0) == SEM_FAILED && errno != kUntouched);

  static sem_t never_initialised;
  SUCCEEDS(sem_post(&never_initialised));
  SUCCEEDS(sem_wait(&never_initialised));
  FAILS(sem_trywait(&never_initialised), EAGAIN);
  return 0;
}
