// SPDX-License-Identifier: Apache-2.0
// Locks that are freed while they are held. What the memory becomes is left as the program made it, and what
// is taken afterwards is not taken to be inside them.
//
// flags: -O1
// flags: -O2
// expect: destroy-in-use tier=observed locks=0 functions=free_mutex,forward reason=memory
// expect: destroy-in-use tier=observed locks=0 functions=free_rwlock_written,forward reason=memory
// expect: destroy-in-use tier=observed locks=0 functions=free_rwlock_read,forward reason=memory
#include "tests/e2e/abba.h"

enum { kWords = 32 };  // of a block that has room for either lock, and for what the allocator notes in it

static void* block;

static void expect_untouched(const unsigned long* words) {
  forward();
  for (int i = 0; i < kWords; ++i) CHECK(words[i] == 0);
}

static void free_mutex(void) {
  pthread_mutex_t* const mutex = block;
  pthread_mutex_init(mutex, NULL);
  pthread_mutex_lock(mutex);
  memset(block, 0, kWords * sizeof(long));  // as another owner of the memory does
  expect_untouched(block);
}

static void free_rwlock_written(void) {
  pthread_rwlock_t* const lock = block;
  pthread_rwlock_init(lock, NULL);
  pthread_rwlock_wrlock(lock);
  memset(block, 0, kWords * sizeof(long));
  expect_untouched(block);
}

static void free_rwlock_read(void) {
  pthread_rwlock_t* const lock = block;
  pthread_rwlock_init(lock, NULL);
  pthread_rwlock_rdlock(lock);
  memset(block, 0, kWords * sizeof(long));
  expect_untouched(block);
}

int main(void) {
  block = calloc(kWords, sizeof(long));
  const Part parts[] = {free_mutex, free_rwlock_written, free_rwlock_read};
  run_in_turn(3, parts);
  free(block);
  return 0;
}
