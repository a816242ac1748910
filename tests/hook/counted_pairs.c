// SPDX-License-Identifier: Apache-2.0
//
// counted_pairs WAY N: a worker thread takes and gives back locks N times in one of the ways below, after as
// many as it takes until no way is new. Watched by instruction_counts.py, which counts the instructions of
// the hook.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kLocks = 2048, kWarmUp = 120000 };
static pthread_mutex_t locks[kLocks];
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static unsigned next;

static void flat(void) {
  pthread_mutex_lock(&locks[0]);
  pthread_mutex_unlock(&locks[0]);
}

static void depth_4(void) {
  pthread_mutex_lock(&locks[0]);
  pthread_mutex_lock(&locks[1]);
  pthread_mutex_lock(&locks[2]);
  pthread_mutex_lock(&locks[3]);
  pthread_mutex_unlock(&locks[3]);
  pthread_mutex_unlock(&locks[2]);
  pthread_mutex_unlock(&locks[1]);
  pthread_mutex_unlock(&locks[0]);
}

// Another lock each time.
static void flat_of_many(void) {
  pthread_mutex_t* lock = &locks[++next % kLocks];
  pthread_mutex_lock(lock);
  pthread_mutex_unlock(lock);
}

// All pairs in turn, in both orders of addresses: more than are recorded one by one.
static void nested_of_many(void) {
  ++next;
  pthread_mutex_t* outer = &locks[next % kLocks];
  pthread_mutex_t* inner = &locks[(next + 1 + next / kLocks % (kLocks - 1)) % kLocks];
  pthread_mutex_lock(outer);
  pthread_mutex_lock(inner);
  pthread_mutex_unlock(inner);
  pthread_mutex_unlock(outer);
}

static void read_lock(void) {
  pthread_rwlock_rdlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
}

static void write_lock(void) {
  pthread_rwlock_wrlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
}

static void wait_and_post(void) {
  sem_wait(&semaphore);
  sem_post(&semaphore);
}

static const struct {
  const char* name;
  void (*once)(void);
} ways[] = {
    {"flat", flat},
    {"depth-4", depth_4},
    {"flat-of-many", flat_of_many},
    {"nested-of-many", nested_of_many},
    {"rwlock-read", read_lock},
    {"rwlock-write", write_lock},
    {"semaphore", wait_and_post},
};

static void (*way)(void);
static long times;

static void* work(void* unused) {
  for (long i = 0; i < kWarmUp + times; ++i) way();
  return unused;
}

int main(int count, char** arguments) {
  for (unsigned i = 0; count == 3 && i < sizeof ways / sizeof *ways; ++i) {
    if (strcmp(arguments[1], ways[i].name) == 0) way = ways[i].once;
  }
  if (way == NULL) {
    for (unsigned i = 0; i < sizeof ways / sizeof *ways; ++i) puts(ways[i].name);
    return count == 1 ? 0 : 1;
  }
  times = atol(arguments[2]);
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  sem_init(&semaphore, 0, 1);
  pthread_t worker;
  pthread_create(&worker, NULL, work, NULL);
  pthread_join(worker, NULL);
  return 0;
}
