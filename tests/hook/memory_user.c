// SPDX-License-Identifier: Apache-2.0
//
// memory_user WAY [COUNT]: uses locks or threads in one of the ways below, and says after each of its phases
// how much memory of its own the process has touched, in kB: private, and shared with others (the hot file).
// Run by memory.py, natively and watched.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum { kLocks = 1000000, kPairs = 100000, kMostThreads = 1000 };
static pthread_mutex_t* locks;
static long count;

static void tell(void) {
  FILE* status = fopen("/proc/self/status", "r");
  char line[256];
  long private_kb = 0;
  long shared_kb = 0;
  while (fgets(line, sizeof line, status) != NULL) {
    sscanf(line, "RssAnon: %ld", &private_kb);
    sscanf(line, "RssShmem: %ld", &shared_kb);
  }
  fclose(status);
  printf("%ld %ld\n", private_kb, shared_kb);
}

static void make_locks(void) {
  locks = malloc(kLocks * sizeof *locks);
  for (long i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
}

// Each lock by itself.
static void flat(void) {
  make_locks();
  tell();
  for (long i = 0; i < kLocks; ++i) {
    pthread_mutex_lock(&locks[i]);
    pthread_mutex_unlock(&locks[i]);
  }
  tell();
}

static pthread_barrier_t phase;

// Any lock inside any that lies below it, so that threads do not wait for each other in a circle.
static void nest_at_random(uint64_t* random, long pairs) {
  for (long i = 0; i < pairs; ++i) {
    *random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
    const uint64_t a = (*random >> 12) % kLocks;
    const uint64_t b = (*random >> 40) % kLocks;
    if (a == b) continue;
    pthread_mutex_lock(&locks[a < b ? a : b]);
    pthread_mutex_lock(&locks[a < b ? b : a]);
    pthread_mutex_unlock(&locks[a < b ? b : a]);
    pthread_mutex_unlock(&locks[a < b ? a : b]);
  }
}

static void* nest_in_phases(void* seed) {
  uint64_t random = (uint64_t)(intptr_t)seed;
  for (long times = 1; times <= 10; times *= 10) {
    nest_at_random(&random, times * kPairs / count);
    pthread_barrier_wait(&phase);
    pthread_barrier_wait(&phase);
  }
  return NULL;
}

// The second phase is ten times as long as the first.
static void nested(void) {
  make_locks();
  pthread_t threads[kMostThreads];
  pthread_barrier_init(&phase, NULL, (unsigned)count + 1);
  for (intptr_t i = 0; i < count; ++i) pthread_create(&threads[i], NULL, nest_in_phases, (void*)(i + 1));
  for (int i = 0; i < 2; ++i) {
    pthread_barrier_wait(&phase);
    tell();
    pthread_barrier_wait(&phase);
  }
  for (long i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

enum { kCalls = 13 };
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

// Each of the 13 calls is a place of its own, on each of five levels.
__attribute__((noinline)) static void descend(long way, int levels) {
#define CALL(digit)                                                                     \
  case digit:                                                                           \
    levels == 0 ? (void)pthread_mutex_lock(&inner) : descend(way / kCalls, levels - 1); \
    __asm__ volatile("");                                                               \
    break
  switch (way % kCalls) {
    CALL(0);
    CALL(1);
    CALL(2);
    CALL(3);
    CALL(4);
    CALL(5);
    CALL(6);
    CALL(7);
    CALL(8);
    CALL(9);
    CALL(10);
    CALL(11);
    CALL(12);
  }
}

static void* take_on_all_paths(void* unused) {
  for (long way = 0; way < count; ++way) {
    pthread_mutex_lock(&outer);
    descend(way, 4);
    pthread_mutex_unlock(&inner);
    pthread_mutex_unlock(&outer);
  }
  return unused;
}

// `count` kinds of nestings, up to 13^5, each along a call path of its own. All of them twice.
static void paths(void) {
  for (int i = 0; i < 2; ++i) {
    take_on_all_paths(NULL);
    tell();
  }
}

static void* take_one(void* unused) {
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
  return unused;
}

static void threads_in_turn(void) {
  for (long i = 0; i < count; ++i) {
    pthread_t thread;
    pthread_create(&thread, NULL, take_one, NULL);
    pthread_join(thread, NULL);
    if (i == count / 10) tell();
  }
  tell();
}

static void* take_one_and_wait(void* unused) {
  take_one(NULL);
  pthread_barrier_wait(&phase);
  pthread_barrier_wait(&phase);
  return unused;
}

static void threads_at_once(void) {
  pthread_t threads[kMostThreads];
  pthread_barrier_init(&phase, NULL, (unsigned)count + 1);
  for (long i = 0; i < count; ++i) pthread_create(&threads[i], NULL, take_one_and_wait, NULL);
  pthread_barrier_wait(&phase);
  tell();
  pthread_barrier_wait(&phase);
  for (long i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

static const struct {
  const char* name;
  void (*run)(void);
} ways[] = {
    {"idle", tell},
    {"flat", flat},
    {"nested", nested},
    {"paths", paths},
    {"threads-in-turn", threads_in_turn},
    {"threads-at-once", threads_at_once},
};

int main(int arguments, char** words) {
  // Whether a stack is given 2 MB at its first touch would be a matter of chance.
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  if (arguments > 2) count = atol(words[2]);
  for (size_t i = 0; arguments > 1 && i < sizeof ways / sizeof *ways; ++i) {
    if (strcmp(words[1], ways[i].name) != 0) continue;
    ways[i].run();
    return 0;
  }
  return 1;
}
