// SPDX-License-Identifier: Apache-2.0
//
// What the watched programs share: ways to bring threads into a chosen order. None of them takes a lock, so
// that a trace holds a program's own locks only; none of them sleeps, so that a program does the same in
// every run. Works in C and C++. Include it first.
#ifndef GORDIAN_TESTS_E2E_SUPPORT_H
#define GORDIAN_TESTS_E2E_SUPPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Always on, unlike assert.
#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

static inline void check_failed(const char* condition, const char* file, int line) {
  fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  _exit(99);
}

// A step is a counter that threads move forward and wait for.
typedef int Step;

static inline void advance(Step* step) {
  __atomic_fetch_add(step, 1, __ATOMIC_ACQ_REL);
}

static inline void await(const Step* step, int value) {
  while (__atomic_load_n(step, __ATOMIC_ACQUIRE) < value) sched_yield();
}

// Parts of a program, one thread each. All threads are alive before the first part begins and until the last
// one has ended, so no part is ordered before another by create or join; yet they run strictly one after the
// other, so opposite lock orders never collide.
struct Turns {
  void (*part)(int number);
  int count;
  Step alive;
  Step turn;
};
static struct Turns turns;

static void* take_turn(void* unused) {
  const int number = __atomic_fetch_add(&turns.alive, 1, __ATOMIC_ACQ_REL);
  await(&turns.alive, turns.count);
  await(&turns.turn, number);
  turns.part(number);
  advance(&turns.turn);
  await(&turns.turn, turns.count);
  return unused;
}

enum { kMostTurns = 128 };

// part(0), part(1) ... part(count - 1).
static inline void run_numbered_in_turn(int count, void (*part)(int number)) {
  pthread_t threads[kMostTurns];
  CHECK(count <= kMostTurns);
  turns.part = part;
  turns.count = count;
  turns.alive = 0;
  turns.turn = 0;
  for (int i = 0; i < count; ++i) CHECK(pthread_create(&threads[i], NULL, take_turn, NULL) == 0);
  for (int i = 0; i < count; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
}

typedef void (*Part)(void);
static const Part* parts_in_turn;

static inline void run_part(int number) {
  parts_in_turn[number]();
}

static inline void run_in_turn(int count, const Part* parts) {
  parts_in_turn = parts;
  run_numbered_in_turn(count, run_part);
}

// Returns once the thread sleeps in that system call: the kernel's word for it, not a guess by time.
static inline void await_system_call(pid_t tid, long number) {
  char path[64];
  char text[32];
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
  for (;;) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0);
    const ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    CHECK(length > 0);
    text[length] = 0;
    char* end;
    if (strtol(text, &end, 10) == number && end != text) return;
    sched_yield();
  }
}

static inline void await_blocked(pid_t tid) {
  await_system_call(tid, SYS_futex);
}

// Tells the harness that the program hangs on purpose and may be killed now.
static inline void say_hanging(void) {
  printf("hanging %d\n", getpid());
  fflush(stdout);
}

#endif  // GORDIAN_TESTS_E2E_SUPPORT_H
