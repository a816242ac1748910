// SPDX-License-Identifier: Apache-2.0
// A timer interrupts threads that lock and unlock as fast as they can, so also in the middle of the hook; the
// handler posts a semaphore, which it may. Nothing is lost and nothing is reported.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>

enum { kLocks = 8, kSignals = 400 };
static pthread_mutex_t locks[kLocks] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                        PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static sem_t posted;
static int handled;
static long counter;

static void on_alarm(int number) {
  (void)number;
  const int before = errno;
  errno = 4711;
  sem_post(&posted);
  CHECK(errno == 4711);
  errno = before;
  __atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static void* work(void* unused) {
  for (unsigned i = 0; __atomic_load_n(&handled, __ATOMIC_RELAXED) < kSignals; ++i) {
    const unsigned outer = i % (kLocks - 1);
    pthread_mutex_lock(&locks[outer]);
    pthread_mutex_lock(&locks[outer + 1 + i % (kLocks - 1 - outer)]);
    __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&locks[outer + 1 + i % (kLocks - 1 - outer)]);
    pthread_mutex_unlock(&locks[outer]);
  }
  return unused;
}

int main(void) {
  CHECK(sem_init(&posted, 0, 0) == 0);
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  const struct itimerval often = {{0, 200}, {0, 200}};
  CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
  for (int i = 0; i < 3; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  const struct itimerval never = {{0, 0}, {0, 0}};
  CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
  int posts = 0;
  while (sem_trywait(&posted) == 0) ++posts;
  CHECK(posts == __atomic_load_n(&handled, __ATOMIC_RELAXED));
  CHECK(counter > 0);
  puts("done");
  return 0;
}
