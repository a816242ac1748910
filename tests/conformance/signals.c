// SPDX-License-Identifier: Apache-2.0
// A handler posts semaphores, which it may at any instant, while the thread below it takes and releases locks
// of every kind, also for the first time; and waits that a handler interrupts go on.
#include "tests/conformance/observe.h"

#include <semaphore.h>
#include <signal.h>

enum { kSignals = 2000, kLocks = 64 };
static sem_t posted;
static int handled;
static int errno_changed;

static void post(int unused) {
  (void)unused;
  errno = kUntouched;
  if (sem_post(&posted) != 0) abort();
  if (errno != kUntouched) ++errno_changed;
  __atomic_fetch_add(&handled, 1, __ATOMIC_ACQ_REL);
}

static pthread_t target;

// One signal after the other, each when the post for the last has come.
static void* send_signals(void* unused) {
  for (int i = 0; i < kSignals; ++i) {
    CHECK(pthread_kill(target, SIGUSR1) == 0);
    CHECK(sem_wait(&posted) == 0);
  }
  return unused;
}

static pthread_mutex_t mutexes[kLocks];
static pthread_rwlock_t rwlocks[kLocks];
static pthread_spinlock_t spins[kLocks];
static sem_t semaphores[kLocks];

static void make_locks(void) {
  for (int i = 0; i < kLocks; ++i) {
    CHECK(pthread_mutex_init(&mutexes[i], NULL) == 0);
    CHECK(pthread_rwlock_init(&rwlocks[i], NULL) == 0);
    CHECK(pthread_spin_init(&spins[i], PTHREAD_PROCESS_PRIVATE) == 0);
    CHECK(sem_init(&semaphores[i], 0, 1) == 0);
  }
}

static void use_locks(unsigned round) {
  const unsigned i = round % kLocks;
  const unsigned j = round / kLocks % kLocks;
  CHECK(pthread_mutex_lock(&mutexes[i]) == 0);
  CHECK(pthread_rwlock_rdlock(&rwlocks[j]) == 0);
  CHECK(pthread_spin_lock(&spins[i]) == 0);
  CHECK(pthread_spin_unlock(&spins[i]) == 0);
  CHECK(sem_wait(&semaphores[j]) == 0);
  if (i != j) {
    CHECK(pthread_mutex_lock(&mutexes[j]) == 0);
    CHECK(pthread_mutex_unlock(&mutexes[j]) == 0);
  }
  CHECK(sem_post(&semaphores[j]) == 0);
  CHECK(pthread_rwlock_unlock(&rwlocks[j]) == 0);
  CHECK(pthread_mutex_unlock(&mutexes[i]) == 0);
  if (round % 7 == 0) {
    CHECK(pthread_mutex_destroy(&mutexes[i]) == 0);
    CHECK(pthread_mutex_init(&mutexes[i], NULL) == 0);
  }
}

static void observe_posts(void) {
  make_locks();
  target = pthread_self();
  pthread_t sender;
  CHECK(pthread_create(&sender, NULL, send_signals, NULL) == 0);
  for (unsigned round = 0; __atomic_load_n(&handled, __ATOMIC_ACQUIRE) < kSignals; ++round) use_locks(round);
  CHECK(pthread_join(sender, NULL) == 0);
  int value = 77;
  CHECK(sem_getvalue(&posted, &value) == 0);
  printf("handled %d, left %d, errno changed %d times\n", handled, value, errno_changed);
  for (int i = 0; i < kLocks; ++i) {
    CHECK(pthread_mutex_destroy(&mutexes[i]) == 0);
    CHECK(pthread_rwlock_destroy(&rwlocks[i]) == 0);
    CHECK(pthread_spin_destroy(&spins[i]) == 0);
    CHECK(sem_getvalue(&semaphores[i], &value) == 0 && value == 1);
    CHECK(sem_destroy(&semaphores[i]) == 0);
  }
}

// ---- waits that a signal interrupts

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static bool ready;

static void* lock_mutex(void* unused) {
  OBSERVE_AND_UNDO(pthread_mutex_lock(&m), pthread_mutex_unlock(&m));
  return unused;
}
static void* lock_rwlock(void* unused) {
  OBSERVE_AND_UNDO(pthread_rwlock_wrlock(&rwlock), pthread_rwlock_unlock(&rwlock));
  return unused;
}
static void* wait_condition(void* unused) {
  CHECK(pthread_mutex_lock(&m) == 0);
  int returns = 0;
  for (; !ready; ++returns) CHECK(pthread_cond_wait(&changed, &m) == 0);
  printf("  pthread_cond_wait returned %s\n", returns == 1 ? "once" : "more than once");
  CHECK(pthread_mutex_unlock(&m) == 0);
  return unused;
}
static void* wait_barrier(void* unused) {
  const int result = pthread_barrier_wait(&barrier);
  printf("  pthread_barrier_wait: %s\n",
         result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD ? "passed" : "?");
  return unused;
}

static void interrupt(const Waiter* waiter) {
  for (int i = 0; i < 50; ++i) {
    const int before = __atomic_load_n(&handled, __ATOMIC_ACQUIRE);
    CHECK(pthread_kill(waiter->thread, SIGUSR1) == 0);
    while (__atomic_load_n(&handled, __ATOMIC_ACQUIRE) == before) sched_yield();
  }
  await_system_call(waiter->tid, SYS_futex);
}

static void observe_interrupted(void) {
  headline("interrupted");
  Waiter waiter;
  CHECK(pthread_mutex_lock(&m) == 0);
  begin_wait(&waiter, lock_mutex, NULL, SYS_futex);
  interrupt(&waiter);
  CHECK(pthread_mutex_unlock(&m) == 0);
  end_wait(&waiter);
  CHECK(pthread_rwlock_rdlock(&rwlock) == 0);
  begin_wait(&waiter, lock_rwlock, NULL, SYS_futex);
  interrupt(&waiter);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  end_wait(&waiter);
  begin_wait(&waiter, wait_condition, NULL, SYS_futex);
  interrupt(&waiter);
  CHECK(pthread_mutex_lock(&m) == 0);
  ready = true;
  CHECK(pthread_cond_signal(&changed) == 0);
  CHECK(pthread_mutex_unlock(&m) == 0);
  end_wait(&waiter);
  CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
  begin_wait(&waiter, wait_barrier, NULL, SYS_futex);
  interrupt(&waiter);
  pthread_barrier_wait(&barrier);
  end_wait(&waiter);
}

int main(void) {
  const struct sigaction action = {.sa_handler = post};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(sem_init(&posted, 0, 0) == 0);
  observe_posts();
  observe_interrupted();
  return 0;
}
