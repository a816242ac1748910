// SPDX-License-Identifier: Apache-2.0
// What programs linked against an older glibc bind to: condition variables of version 2.2.5, laid out
// differently, and the __pthread_* names that glibc keeps for them.
#include "tests/conformance/observe.h"

// glibc gives these names to old programs only; a new one has to ask for the version.
#define OLD(name, version) __asm__(".symver old_" #name "," #name "@GLIBC_" version)
OLD(pthread_cond_init, "2.2.5");
OLD(pthread_cond_destroy, "2.2.5");
OLD(pthread_cond_wait, "2.2.5");
OLD(pthread_cond_timedwait, "2.2.5");
OLD(pthread_cond_signal, "2.2.5");
OLD(pthread_cond_broadcast, "2.2.5");
OLD(__pthread_mutex_init, "2.2.5");
OLD(__pthread_mutex_destroy, "2.2.5");
OLD(__pthread_mutex_lock, "2.2.5");
OLD(__pthread_mutex_trylock, "2.2.5");
OLD(__pthread_mutex_unlock, "2.2.5");
OLD(__pthread_rwlock_init, "2.2.5");
OLD(__pthread_rwlock_destroy, "2.2.5");
OLD(__pthread_rwlock_rdlock, "2.2.5");
OLD(__pthread_rwlock_wrlock, "2.2.5");
OLD(__pthread_rwlock_tryrdlock, "2.2.5");
OLD(__pthread_rwlock_trywrlock, "2.2.5");
OLD(__pthread_rwlock_unlock, "2.2.5");

// As much room as LinuxThreads gave it.
typedef struct {
  void* words[6];
} OldCondition;
int old_pthread_cond_init(OldCondition*, const pthread_condattr_t*);
int old_pthread_cond_destroy(OldCondition*);
int old_pthread_cond_wait(OldCondition*, pthread_mutex_t*);
int old_pthread_cond_timedwait(OldCondition*, pthread_mutex_t*, const struct timespec*);
int old_pthread_cond_signal(OldCondition*);
int old_pthread_cond_broadcast(OldCondition*);
int old___pthread_mutex_init(pthread_mutex_t*, const pthread_mutexattr_t*);
int old___pthread_mutex_destroy(pthread_mutex_t*);
int old___pthread_mutex_lock(pthread_mutex_t*);
int old___pthread_mutex_trylock(pthread_mutex_t*);
int old___pthread_mutex_unlock(pthread_mutex_t*);
int old___pthread_rwlock_init(pthread_rwlock_t*, const pthread_rwlockattr_t*);
int old___pthread_rwlock_destroy(pthread_rwlock_t*);
int old___pthread_rwlock_rdlock(pthread_rwlock_t*);
int old___pthread_rwlock_wrlock(pthread_rwlock_t*);
int old___pthread_rwlock_tryrdlock(pthread_rwlock_t*);
int old___pthread_rwlock_trywrlock(pthread_rwlock_t*);
int old___pthread_rwlock_unlock(pthread_rwlock_t*);

static struct {
  OldCondition condition;
  unsigned char behind[64];  // must stay as it is
} guarded;
static pthread_mutex_t m;
static bool ready;

static void* use_mutex(void* unused) {
  OBSERVE_AND_UNDO(old___pthread_mutex_trylock(&m), old___pthread_mutex_unlock(&m));
  return unused;
}

static void* wait_until_ready(void* unused) {
  CHECK(old___pthread_mutex_lock(&m) == 0);
  while (!ready) CHECK(old_pthread_cond_wait(&guarded.condition, &m) == 0);
  CHECK(old___pthread_mutex_unlock(&m) == 0);
  return unused;
}

static void tell_mutex(void* unused) {
  (void)unused;
  OBSERVE(old___pthread_mutex_unlock(&m));
}

static void* wait_to_be_cancelled(void* unused) {
  CHECK(old___pthread_mutex_lock(&m) == 0);
  pthread_cleanup_push(tell_mutex, NULL);
  for (;;) old_pthread_cond_wait(&guarded.condition, &m);
  pthread_cleanup_pop(0);
  return unused;
}

static void observe_condition(void) {
  memset(guarded.behind, 0x5a, sizeof guarded.behind);
  OBSERVE(old_pthread_cond_init(&guarded.condition, NULL));
  CHECK(old___pthread_mutex_lock(&m) == 0);
  OBSERVE(old_pthread_cond_timedwait(&guarded.condition, &m, &kPast));
  OBSERVE(old_pthread_cond_timedwait(&guarded.condition, &m, &kTooManyNs));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, old_pthread_cond_timedwait(&guarded.condition, &m, &soon));
  in_thread(use_mutex, NULL);
  OBSERVE(old___pthread_mutex_unlock(&m));
  in_thread(use_mutex, NULL);

  Waiter waiters[3];
  for (int i = 0; i < 3; ++i) begin_wait(&waiters[i], wait_until_ready, NULL, SYS_futex);
  CHECK(old___pthread_mutex_lock(&m) == 0);
  ready = true;
  OBSERVE(old_pthread_cond_signal(&guarded.condition));
  OBSERVE(old_pthread_cond_broadcast(&guarded.condition));
  CHECK(old___pthread_mutex_unlock(&m) == 0);
  for (int i = 0; i < 3; ++i) end_wait(&waiters[i]);

  begin_wait(&waiters[0], wait_to_be_cancelled, NULL, SYS_futex);
  CHECK(pthread_cancel(waiters[0].thread) == 0);
  printf("  %s\n", end_wait(&waiters[0]) == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
  in_thread(use_mutex, NULL);
  OBSERVE(old_pthread_cond_destroy(&guarded.condition));
  for (size_t i = 0; i < sizeof guarded.behind; ++i) CHECK(guarded.behind[i] == 0x5a);
}

static pthread_rwlock_t rwlock;
static void* use_rwlock(void* unused) {
  OBSERVE_AND_UNDO(old___pthread_rwlock_tryrdlock(&rwlock), old___pthread_rwlock_unlock(&rwlock));
  OBSERVE_AND_UNDO(old___pthread_rwlock_trywrlock(&rwlock), old___pthread_rwlock_unlock(&rwlock));
  return unused;
}

static void observe_rwlock(void) {
  OBSERVE(old___pthread_rwlock_init(&rwlock, NULL));
  in_thread(use_rwlock, NULL);
  OBSERVE(old___pthread_rwlock_rdlock(&rwlock));
  in_thread(use_rwlock, NULL);
  OBSERVE(old___pthread_rwlock_unlock(&rwlock));
  OBSERVE(old___pthread_rwlock_wrlock(&rwlock));
  OBSERVE(old___pthread_rwlock_rdlock(&rwlock));
  in_thread(use_rwlock, NULL);
  OBSERVE(old___pthread_rwlock_unlock(&rwlock));
  OBSERVE(old___pthread_rwlock_destroy(&rwlock));
}

int main(void) {
  OBSERVE(old___pthread_mutex_init(&m, NULL));
  in_thread(use_mutex, NULL);
  observe_condition();
  OBSERVE(old___pthread_mutex_destroy(&m));
  observe_rwlock();
  return 0;
}
