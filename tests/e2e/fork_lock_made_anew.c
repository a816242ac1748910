// SPDX-License-Identifier: Apache-2.0
// A fork while another thread holds locks. The child makes one of them anew, as a handler of pthread_atfork()
// does, and posts a semaphore that nobody of its own has waited for: all are its own again.
//
// ignore: lock-held-across-io
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <sys/wait.h>
#include <time.h>

static pthread_mutex_t anew = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock_anew = PTHREAD_RWLOCK_INITIALIZER;
static sem_t posted;
static Step is_held;
static Step may_end;

static void* hold(void* unused) {
  pthread_mutex_lock(&anew);
  pthread_rwlock_wrlock(&rwlock_anew);
  CHECK(sem_wait(&posted) == 0);
  advance(&is_held);
  await(&may_end, 1);
  CHECK(sem_post(&posted) == 0);
  pthread_rwlock_unlock(&rwlock_anew);
  pthread_mutex_unlock(&anew);
  return unused;
}

static void make_anew(void) {
  pthread_mutex_init(&anew, NULL);
  pthread_rwlock_init(&rwlock_anew, NULL);
}

static void* use(void* unused) {
  pthread_mutex_lock(&anew);
  pthread_rwlock_wrlock(&rwlock_anew);
  CHECK(sem_wait(&posted) == 0);
  CHECK(sem_post(&posted) == 0);
  pthread_rwlock_unlock(&rwlock_anew);
  pthread_mutex_unlock(&anew);
  return unused;
}

// Long enough for a wait to be looked at, at each of the locks made anew.
static void let_one_wait(pthread_t* thread) {
  const struct timespec patience = {1, 0};
  CHECK(pthread_create(thread, NULL, use, NULL) == 0);
  nanosleep(&patience, NULL);
}

static int use_in_child(void) {
  pthread_t threads[2];
  CHECK(sem_post(&posted) == 0);
  pthread_mutex_lock(&anew);
  let_one_wait(&threads[0]);
  pthread_mutex_unlock(&anew);
  pthread_rwlock_rdlock(&rwlock_anew);
  let_one_wait(&threads[1]);
  pthread_rwlock_unlock(&rwlock_anew);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return pthread_rwlock_destroy(&rwlock_anew) + pthread_mutex_destroy(&anew);
}

int main(void) {
  CHECK(sem_init(&posted, 0, 1) == 0);
  CHECK(pthread_atfork(NULL, NULL, make_anew) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, hold, NULL) == 0);
  await(&is_held, 1);
  const pid_t child = fork();
  if (child == 0) exit(use_in_child());
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  advance(&may_end);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
