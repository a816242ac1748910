// SPDX-License-Identifier: Apache-2.0
// Robust mutexes whose owner dies: by thread, by process, while others wait, in a condition wait.
#include "tests/conformance/observe.h"

#include <sys/mman.h>
#include <sys/wait.h>

// Shared with child processes.
static struct Shared {
  pthread_mutex_t m;
  pthread_cond_t changed;
  Step step;
} * shared;

static void* die_with_it(void* unused) {
  CHECK(pthread_mutex_lock(&shared->m) == 0);
  return unused;
}

static void* use(void* unused) {
  OBSERVE_AND_UNDO(pthread_mutex_trylock(&shared->m), pthread_mutex_unlock(&shared->m));
  return unused;
}

static void observe_recovery(void) {
  headline(" recovered");
  in_thread(die_with_it, NULL);
  OBSERVE(pthread_mutex_trylock(&shared->m));
  in_thread(use, NULL);
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_unlock(&shared->m));
  in_thread(use, NULL);
  in_thread(die_with_it, NULL);
  OBSERVE(pthread_mutex_timedlock(&shared->m, &kPast));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_unlock(&shared->m));
  in_thread(die_with_it, NULL);
  OBSERVE(pthread_mutex_clocklock(&shared->m, CLOCK_MONOTONIC, &kPast));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_unlock(&shared->m));
}

// The owner dies while another waits.
static void* wait_for_death(void* unused) {
  OBSERVE(pthread_mutex_lock(&shared->m));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_unlock(&shared->m));
  return unused;
}

static void* die_waited_for(void* unused) {
  CHECK(pthread_mutex_lock(&shared->m) == 0);
  advance(&shared->step);
  await(&shared->step, 2);
  return unused;
}

static void observe_death_while_waiting(void) {
  headline(" dies while another waits");
  shared->step = 0;
  pthread_t owner;
  CHECK(pthread_create(&owner, NULL, die_waited_for, NULL) == 0);
  await(&shared->step, 1);
  Waiter waiter;
  begin_wait(&waiter, wait_for_death, NULL, SYS_futex);
  advance(&shared->step);
  end_wait(&waiter);
  CHECK(pthread_join(owner, NULL) == 0);
}

// A waiter on the condition finds, on return, that the mutex's owner has died.
static void* wait_on_condition(void* unused) {
  CHECK(pthread_mutex_lock(&shared->m) == 0);
  OBSERVE(pthread_cond_wait(&shared->changed, &shared->m));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  // And waits with it, now that it is whole again.
  OBSERVE(pthread_cond_timedwait(&shared->changed, &shared->m, &kPast));
  OBSERVE(pthread_mutex_unlock(&shared->m));
  return unused;
}

static void* signal_and_die(void* unused) {
  CHECK(pthread_mutex_lock(&shared->m) == 0);
  CHECK(pthread_cond_signal(&shared->changed) == 0);
  return unused;
}

static void observe_condition(void) {
  headline(" dies while another waits for a condition");
  Waiter waiter;
  begin_wait(&waiter, wait_on_condition, NULL, SYS_futex);
  pthread_t owner;
  CHECK(pthread_create(&owner, NULL, signal_and_die, NULL) == 0);
  end_wait(&waiter);
  CHECK(pthread_join(owner, NULL) == 0);
}

// A wait with a mutex that was taken with EOWNERDEAD and not made consistent leaves it unusable.
static void* wait_inconsistent(void* unused) {
  OBSERVE(pthread_mutex_lock(&shared->m));
  OBSERVE(pthread_cond_timedwait(&shared->changed, &shared->m, &kPast));
  OBSERVE(pthread_mutex_unlock(&shared->m));
  return unused;
}

static void observe_loss(const pthread_mutexattr_t* attributes) {
  headline(" not recovered");
  in_thread(die_with_it, NULL);
  OBSERVE(pthread_mutex_lock(&shared->m));
  OBSERVE(pthread_mutex_unlock(&shared->m));
  OBSERVE(pthread_mutex_lock(&shared->m));
  OBSERVE(pthread_mutex_trylock(&shared->m));
  OBSERVE(pthread_mutex_timedlock(&shared->m, &kPast));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_destroy(&shared->m));
  OBSERVE(pthread_mutex_init(&shared->m, attributes));
  in_thread(use, NULL);
  headline(" not recovered before a condition wait");
  in_thread(die_with_it, NULL);
  in_thread(wait_inconsistent, NULL);
  OBSERVE(pthread_mutex_lock(&shared->m));
  OBSERVE(pthread_mutex_destroy(&shared->m));
  CHECK(pthread_mutex_init(&shared->m, attributes) == 0);
}

static void observe_process_death(void) {
  headline(" its process dies");
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    CHECK(pthread_mutex_lock(&shared->m) == 0);
    _exit(0);
  }
  CHECK(waitpid(child, NULL, 0) == child);
  OBSERVE(pthread_mutex_lock(&shared->m));
  OBSERVE(pthread_mutex_consistent(&shared->m));
  OBSERVE(pthread_mutex_unlock(&shared->m));
}

int main(void) {
  static const struct {
    const char* name;
    int type;
    int protocol;
  } kinds[] = {{"normal", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE},
               {"recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE},
               {"error-checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE},
               {"normal inheriting", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT}};
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    printf("%s\n", kinds[i].name);
    pthread_mutexattr_t attributes;
    CHECK(pthread_mutexattr_init(&attributes) == 0);
    CHECK(pthread_mutexattr_settype(&attributes, kinds[i].type) == 0);
    CHECK(pthread_mutexattr_setprotocol(&attributes, kinds[i].protocol) == 0);
    CHECK(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    CHECK(pthread_mutex_init(&shared->m, &attributes) == 0);
    CHECK(pthread_cond_init(&shared->changed, NULL) == 0);
    observe_recovery();
    observe_death_while_waiting();
    observe_condition();
    observe_process_death();
    observe_loss(&attributes);
    CHECK(pthread_mutex_destroy(&shared->m) == 0);
  }
  headline("not robust");
  pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
  OBSERVE(pthread_mutex_lock(&plain));
  OBSERVE(pthread_mutex_consistent(&plain));
  OBSERVE(pthread_mutex_unlock(&plain));
  return 0;
}
