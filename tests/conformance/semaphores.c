// SPDX-License-Identifier: Apache-2.0
// What semaphores answer: unnamed, shared and named, with permits and without, and when a signal comes.
#include "tests/conformance/observe.h"

#include <limits.h>
#include <semaphore.h>
#include <signal.h>

static void show_value(sem_t* semaphore) {
  int value = 77;
  OBSERVE(sem_getvalue(semaphore, &value));
  printf("    value %d\n", value);
}

static void observe_answers(sem_t* sem) {
  show_value(sem);
  headline(" with permits");
  OBSERVE(sem_wait(sem));
  OBSERVE(sem_post(sem));
  OBSERVE(sem_trywait(sem));
  OBSERVE(sem_post(sem));
  OBSERVE(sem_timedwait(sem, &kPast));
  OBSERVE(sem_post(sem));
  OBSERVE_AND_UNDO(sem_timedwait(sem, &kTooManyNs), sem_post(sem));
  OBSERVE_AND_UNDO(sem_timedwait(sem, &kNegativeNs), sem_post(sem));
  OBSERVE_AND_UNDO(sem_timedwait(sem, &kBefore1970), sem_post(sem));
  OBSERVE_AND_UNDO(sem_clockwait(sem, CLOCK_MONOTONIC, &kPast), sem_post(sem));
  OBSERVE_AND_UNDO(sem_clockwait(sem, CLOCK_MONOTONIC, &kTooManyNs), sem_post(sem));
  OBSERVE_AND_UNDO(sem_clockwait(sem, kNoClock, &kPast), sem_post(sem));
  show_value(sem);
  headline(" without");
  OBSERVE(sem_wait(sem));
  OBSERVE(sem_trywait(sem));
  OBSERVE(sem_timedwait(sem, &kPast));
  OBSERVE(sem_timedwait(sem, &kTooManyNs));
  OBSERVE(sem_timedwait(sem, &kNegativeNs));
  OBSERVE(sem_timedwait(sem, &kBefore1970));
  OBSERVE(sem_clockwait(sem, CLOCK_MONOTONIC, &kPast));
  OBSERVE(sem_clockwait(sem, CLOCK_MONOTONIC, &kNegativeNs));
  OBSERVE(sem_clockwait(sem, kNoClock, &kPast));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, sem_timedwait(sem, &soon));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, sem_clockwait(sem, CLOCK_REALTIME, &soon));
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, sem_clockwait(sem, CLOCK_MONOTONIC, &soon));
  OBSERVE(sem_post(sem));
  show_value(sem);
}

static void observe_limits(void) {
  sem_t sem;
  headline("limits");
  OBSERVE(sem_init(&sem, 0, (unsigned)SEM_VALUE_MAX + 1));
  OBSERVE(sem_init(&sem, 0, SEM_VALUE_MAX));
  OBSERVE(sem_post(&sem));
  show_value(&sem);
  OBSERVE(sem_trywait(&sem));
  OBSERVE(sem_post(&sem));
  OBSERVE(sem_destroy(&sem));
}

static int fails(const sem_t* opened) {
  return opened == SEM_FAILED ? -1 : 0;
}

static void observe_names(void) {
  char name[64];
  snprintf(name, sizeof name, "/gordian-conformance-%d", getpid());
  headline("named");
  OBSERVE(fails(sem_open(name, 0)));
  OBSERVE(fails(sem_open("no/name", O_CREAT, 0600, 1)));
  sem_t* sem = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  CHECK(sem != SEM_FAILED);
  OBSERVE(fails(sem_open(name, O_CREAT | O_EXCL, 0600, 1)));
  CHECK(sem_open(name, O_CREAT, 0600, 7) == sem);
  OBSERVE(sem_close(sem));
  observe_answers(sem);
  OBSERVE(sem_unlink(name));
  OBSERVE(sem_unlink(name));
  OBSERVE(sem_close(sem));
}

// ---- signals

static void note_signal(int unused) {
  (void)unused;
}

static sem_t none;
static struct timespec in_vain;

static void* wait_interrupted(void* unused) {
  OBSERVE(sem_wait(&none));
  return unused;
}
static void* timedwait_interrupted(void* unused) {
  OBSERVE(sem_timedwait(&none, &in_vain));
  return unused;
}
static void* clockwait_interrupted(void* unused) {
  OBSERVE(sem_clockwait(&none, CLOCK_REALTIME, &in_vain));
  return unused;
}

static void observe_interruption(const char* how, int flags) {
  printf("%s\n", how);
  void* (*const waits[])(void*) = {wait_interrupted, timedwait_interrupted, clockwait_interrupted};
  const struct sigaction action = {.sa_handler = note_signal, .sa_flags = flags};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  CHECK(sem_init(&none, 0, 0) == 0);
  in_vain = after_ms(CLOCK_REALTIME, 3600000);
  // Without a time limit the kernel restarts the wait if the handler is set up so.
  for (int i = 0; i < 3; ++i) {
    if (i == 0 && (flags & SA_RESTART) != 0) continue;
    Waiter waiter;
    begin_wait(&waiter, waits[i], NULL, SYS_futex);
    CHECK(pthread_kill(waiter.thread, SIGUSR1) == 0);
    end_wait(&waiter);
  }
}

int main(void) {
  sem_t sem;
  for (int shared = 0; shared < 2; ++shared) {
    printf("unnamed%s\n", shared ? ", shared" : "");
    OBSERVE(sem_init(&sem, shared, 1));
    observe_answers(&sem);
    OBSERVE(sem_destroy(&sem));
  }
  observe_limits();
  observe_names();
  observe_interruption("interrupted", 0);
  observe_interruption("interrupted, to be restarted", SA_RESTART);
  return 0;
}
