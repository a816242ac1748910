// SPDX-License-Identifier: Apache-2.0
//
// usage: deadlock_ring THREADS. As many threads deadlock in a ring; the time of CLOCK_MONOTONIC at which each
// wants its second lock is printed, in nanoseconds, a line each: the last one is when the deadlock forms.
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { kMost = 64 };
static pthread_mutex_t ring[kMost];
static int threads;
static atomic_int holding;

static void* work(void* argument) {
  const int number = (int)(long)argument;
  pthread_mutex_lock(&ring[number]);
  atomic_fetch_add(&holding, 1);
  while (atomic_load(&holding) < threads) sched_yield();
  struct timespec now;
  char line[32];
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int length = snprintf(line, sizeof line, "%ld%09ld\n", now.tv_sec, now.tv_nsec);
  if (write(STDOUT_FILENO, line, (size_t)length) != length) abort();
  pthread_mutex_lock(&ring[(number + 1) % threads]);
  return argument;
}

int main(int count, char** arguments) {
  threads = count == 2 ? atoi(arguments[1]) : 0;
  if (threads < 2 || threads > kMost) {
    fprintf(stderr, "usage: deadlock_ring THREADS (2 to %d)\n", kMost);
    return 1;
  }
  pthread_t ids[kMost];
  for (long i = 0; i < threads; ++i) pthread_mutex_init(&ring[i], NULL);
  for (long i = 0; i < threads; ++i) pthread_create(&ids[i], NULL, work, (void*)i);
  for (int i = 0; i < threads; ++i) pthread_join(ids[i], NULL);
  return 0;
}
