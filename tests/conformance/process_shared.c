// SPDX-License-Identifier: Apache-2.0
// Objects that processes share, over a fork: they exclude, wake and count from one process to the other.
#include "tests/conformance/observe.h"

#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { kRounds = 2000 };
static struct Shared {
  pthread_mutex_t mutex;
  pthread_rwlock_t rwlock;
  pthread_spinlock_t spin;
  pthread_cond_t changed;
  pthread_barrier_t barrier;
  sem_t ping;
  sem_t pong;
  long by_mutex;
  long by_rwlock;
  long by_spin;
  long by_barrier;
  int turn;
  Step step;
} * shared;

static void make_shared_objects(void) {
  pthread_mutexattr_t for_mutex;
  pthread_rwlockattr_t for_rwlock;
  pthread_condattr_t for_condition;
  pthread_barrierattr_t for_barrier;
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  CHECK(pthread_mutexattr_init(&for_mutex) == 0);
  CHECK(pthread_mutexattr_setpshared(&for_mutex, PTHREAD_PROCESS_SHARED) == 0);
  OBSERVE(pthread_mutex_init(&shared->mutex, &for_mutex));
  CHECK(pthread_rwlockattr_init(&for_rwlock) == 0);
  CHECK(pthread_rwlockattr_setpshared(&for_rwlock, PTHREAD_PROCESS_SHARED) == 0);
  OBSERVE(pthread_rwlock_init(&shared->rwlock, &for_rwlock));
  OBSERVE(pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED));
  CHECK(pthread_condattr_init(&for_condition) == 0);
  CHECK(pthread_condattr_setpshared(&for_condition, PTHREAD_PROCESS_SHARED) == 0);
  OBSERVE(pthread_cond_init(&shared->changed, &for_condition));
  CHECK(pthread_barrierattr_init(&for_barrier) == 0);
  CHECK(pthread_barrierattr_setpshared(&for_barrier, PTHREAD_PROCESS_SHARED) == 0);
  OBSERVE(pthread_barrier_init(&shared->barrier, &for_barrier, 2));
  OBSERVE(sem_init(&shared->ping, 1, 0));
  OBSERVE(sem_init(&shared->pong, 1, 0));
}

// The same by both processes.
static void count_together(void) {
  for (int i = 0; i < kRounds; ++i) {
    CHECK(pthread_mutex_lock(&shared->mutex) == 0);
    ++shared->by_mutex;
    CHECK(pthread_mutex_unlock(&shared->mutex) == 0);
    CHECK(pthread_rwlock_rdlock(&shared->rwlock) == 0);
    const long seen = shared->by_rwlock;
    CHECK(shared->by_rwlock == seen);
    CHECK(pthread_rwlock_unlock(&shared->rwlock) == 0);
    CHECK(pthread_rwlock_wrlock(&shared->rwlock) == 0);
    ++shared->by_rwlock;
    CHECK(pthread_rwlock_unlock(&shared->rwlock) == 0);
    CHECK(pthread_spin_lock(&shared->spin) == 0);
    ++shared->by_spin;
    CHECK(pthread_spin_unlock(&shared->spin) == 0);
  }
  for (int i = 0; i < 100; ++i) {
    if (pthread_barrier_wait(&shared->barrier) == PTHREAD_BARRIER_SERIAL_THREAD) ++shared->by_barrier;
  }
}

static void take_turns(int mine) {
  for (int i = 0; i < 100; ++i) {
    CHECK(pthread_mutex_lock(&shared->mutex) == 0);
    while (shared->turn != mine) CHECK(pthread_cond_wait(&shared->changed, &shared->mutex) == 0);
    shared->turn = !mine;
    CHECK(pthread_cond_signal(&shared->changed) == 0);
    CHECK(pthread_mutex_unlock(&shared->mutex) == 0);
  }
}

// What the other process holds is taken here too.
static void hold_everything(void) {
  CHECK(pthread_mutex_lock(&shared->mutex) == 0);
  CHECK(pthread_rwlock_wrlock(&shared->rwlock) == 0);
  CHECK(pthread_spin_lock(&shared->spin) == 0);
  advance(&shared->step);
  await(&shared->step, 2);
  CHECK(pthread_mutex_unlock(&shared->mutex) == 0);
  CHECK(pthread_rwlock_unlock(&shared->rwlock) == 0);
  CHECK(pthread_spin_unlock(&shared->spin) == 0);
}

static void try_everything(void) {
  OBSERVE_AND_UNDO(pthread_mutex_trylock(&shared->mutex), pthread_mutex_unlock(&shared->mutex));
  OBSERVE_AND_UNDO(pthread_mutex_timedlock(&shared->mutex, &kPast), pthread_mutex_unlock(&shared->mutex));
  OBSERVE_AND_UNDO(pthread_rwlock_tryrdlock(&shared->rwlock), pthread_rwlock_unlock(&shared->rwlock));
  OBSERVE_AND_UNDO(pthread_rwlock_timedwrlock(&shared->rwlock, &kPast),
                   pthread_rwlock_unlock(&shared->rwlock));
  OBSERVE_AND_UNDO(pthread_spin_trylock(&shared->spin), pthread_spin_unlock(&shared->spin));
}

static void be_child(void) {
  count_together();
  take_turns(1);
  hold_everything();
  for (int i = 0; i < 100; ++i) {
    CHECK(sem_wait(&shared->ping) == 0);
    CHECK(sem_post(&shared->pong) == 0);
  }
}

// Private objects: each process goes on with its own copy, in the state it had.
static pthread_mutex_t own = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t own_rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void observe_inherited(const char* where) {
  printf("%s\n", where);
  OBSERVE(pthread_mutex_trylock(&own));
  OBSERVE(pthread_mutex_unlock(&own));
  OBSERVE(pthread_mutex_unlock(&own));
  OBSERVE(pthread_rwlock_trywrlock(&own_rwlock));
  OBSERVE(pthread_rwlock_unlock(&own_rwlock));
  OBSERVE_AND_UNDO(pthread_rwlock_trywrlock(&own_rwlock), pthread_rwlock_unlock(&own_rwlock));
}

static void await_child(pid_t child) {
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  printf("  child ended with %d\n", status);
}

int main(void) {
  make_shared_objects();
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    be_child();
    _exit(0);
  }
  count_together();
  take_turns(0);
  printf("  counted %ld %ld %ld, %ld\n", shared->by_mutex, shared->by_rwlock, shared->by_spin,
         shared->by_barrier);
  await(&shared->step, 1);
  headline("held by the child");
  try_everything();
  advance(&shared->step);
  for (int i = 0; i < 100; ++i) {
    CHECK(sem_post(&shared->ping) == 0);
    CHECK(sem_wait(&shared->pong) == 0);
  }
  await_child(child);
  headline("held by none");
  try_everything();

  CHECK(pthread_mutex_lock(&own) == 0);
  CHECK(pthread_rwlock_rdlock(&own_rwlock) == 0);
  fflush(stdout);
  child = fork();
  if (child == 0) {
    observe_inherited("in the child");
    fflush(stdout);
    _exit(0);
  }
  await_child(child);
  observe_inherited("in the parent");
  return 0;
}
