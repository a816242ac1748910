// SPDX-License-Identifier: Apache-2.0
// One thread waits 15 ms for a lock of each kind, which another one holds: one wait of that class is told of,
// and of the lock that nobody has to wait for, none.
//
// args: mutex
// args: timed
// args: read
// args: semaphore
// expect: silent
// contention: contended waits=1 wait_ms=5 at=want
// contention: other waits=0
#include "tests/e2e/asleep.h"

#include <semaphore.h>

static pthread_mutex_t contended = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t contended_by_readers = PTHREAD_RWLOCK_INITIALIZER;
static sem_t contended_permit;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static const char* how;
static Step taken;
static Step wanted;

static void take(void) {
  if (is(how, "mutex") || is(how, "timed")) CHECK(pthread_mutex_lock(&contended) == 0);
  if (is(how, "read")) CHECK(pthread_rwlock_wrlock(&contended_by_readers) == 0);
  if (is(how, "semaphore")) CHECK(sem_wait(&contended_permit) == 0);
}

static void give_back(void) {
  if (is(how, "mutex") || is(how, "timed")) CHECK(pthread_mutex_unlock(&contended) == 0);
  if (is(how, "read")) CHECK(pthread_rwlock_unlock(&contended_by_readers) == 0);
  if (is(how, "semaphore")) CHECK(sem_post(&contended_permit) == 0);
}

static void release(void) {
  advance(&wanted);
}

static void* hold(void* unused) {
  take();
  advance(&taken);
  await(&wanted, 1);
  give_back();
  return unused;
}

__attribute__((noinline)) static void want(void) {
  const struct timespec in_a_minute = {time(NULL) + 60, 0};
  if (is(how, "mutex")) CHECK(pthread_mutex_lock(&contended) == 0);
  if (is(how, "timed")) CHECK(pthread_mutex_timedlock(&contended, &in_a_minute) == 0);
  if (is(how, "read")) CHECK(pthread_rwlock_rdlock(&contended_by_readers) == 0);
  if (is(how, "semaphore")) CHECK(sem_wait(&contended_permit) == 0);
  give_back();
}

int main(int argc, char** argv) {
  const struct timespec in_a_minute = {time(NULL) + 60, 0};
  pthread_t holder;
  CHECK(argc == 2 && sem_init(&contended_permit, 0, 1) == 0);
  how = argv[1];
  for (int i = 0; i < 5000; ++i) {
    CHECK(pthread_mutex_timedlock(&other, &in_a_minute) == 0);  // free, so not waited for
    CHECK(pthread_mutex_unlock(&other) == 0);
  }
  CHECK(pthread_create(&holder, NULL, hold, NULL) == 0);
  await(&taken, 1);
  wake_by(release);
  want();
  CHECK(pthread_join(holder, NULL) == 0);
  helper_done();
  return 0;
}
