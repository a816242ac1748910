// SPDX-License-Identifier: Apache-2.0
// Threads in a ring, each with a lock that the one before wants. All of them are told of, and the main
// thread, which waits for them.
//
// args: 2
// args: 3
// args: 8
// expect: deadlock tier=actual names=ring[0],ring[1] functions=work threads=link-0,link-1
// ended: deadlock
// live: error: deadlock: link-
// live: main thread waits for the end of link-0
#include "tests/e2e/support.h"

enum { kMost = 8 };
static pthread_mutex_t ring[kMost];
static int threads;
static Step all_hold;

static void* work(void* argument) {
  const int number = (int)(long)argument;
  char name[16];
  snprintf(name, sizeof name, "link-%d", number);
  pthread_setname_np(pthread_self(), name);
  pthread_mutex_lock(&ring[number]);
  advance(&all_hold);
  await(&all_hold, threads);
  pthread_mutex_lock(&ring[(number + 1) % threads]);
  return argument;
}

int main(int count, char** arguments) {
  CHECK(count == 2);
  threads = atoi(arguments[1]);
  pthread_t ids[kMost];
  for (int i = 0; i < threads; ++i) pthread_mutex_init(&ring[i], NULL);
  for (int i = 0; i < threads; ++i) CHECK(pthread_create(&ids[i], NULL, work, (void*)(long)i) == 0);
  for (int i = 0; i < threads; ++i) pthread_join(ids[i], NULL);
  return 0;
}
