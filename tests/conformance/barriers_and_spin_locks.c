// SPDX-License-Identifier: Apache-2.0
// Barriers let exactly their number pass, one of them as the serial one; spin locks answer as they do.
#include "tests/conformance/observe.h"

enum { kThreads = 4, kRounds = 300 };
static pthread_barrier_t barrier;
static int arrived[kRounds];
static int serial;
static int early;

static void* pass_rounds(void* unused) {
  for (int round = 0; round < kRounds; ++round) {
    __atomic_fetch_add(&arrived[round], 1, __ATOMIC_ACQ_REL);
    errno = kUntouched;
    const int result = pthread_barrier_wait(&barrier);
    CHECK(errno == kUntouched);
    CHECK(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
    if (result == PTHREAD_BARRIER_SERIAL_THREAD) __atomic_fetch_add(&serial, 1, __ATOMIC_ACQ_REL);
    if (__atomic_load_n(&arrived[round], __ATOMIC_ACQUIRE) != kThreads)
      __atomic_fetch_add(&early, 1, __ATOMIC_ACQ_REL);
  }
  return unused;
}

static void observe_barrier(int shared) {
  printf("barrier%s\n", shared ? ", shared" : "");
  pthread_barrierattr_t attributes;
  CHECK(pthread_barrierattr_init(&attributes) == 0);
  CHECK(pthread_barrierattr_setpshared(&attributes, shared) == 0);
  OBSERVE(pthread_barrier_init(&barrier, &attributes, 0));
  OBSERVE(pthread_barrier_init(&barrier, &attributes, 1));
  OBSERVE(pthread_barrier_wait(&barrier));
  OBSERVE(pthread_barrier_destroy(&barrier));
  OBSERVE(pthread_barrier_init(&barrier, &attributes, kThreads));
  serial = early = 0;
  memset(arrived, 0, sizeof arrived);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, pass_rounds, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("  %d rounds, %d serial, %d early\n", kRounds, serial, early);
  OBSERVE(pthread_barrier_destroy(&barrier));
}

static pthread_spinlock_t spin;

static void* try_spin(void* unused) {
  OBSERVE_AND_UNDO(pthread_spin_trylock(&spin), pthread_spin_unlock(&spin));
  return unused;
}

static int sum;
static void* add(void* unused) {
  for (int i = 0; i < 20000; ++i) {
    CHECK(pthread_spin_lock(&spin) == 0);
    ++sum;
    CHECK(pthread_spin_unlock(&spin) == 0);
  }
  return unused;
}

static void observe_spin_lock(int shared) {
  printf("spin lock%s\n", shared ? ", shared" : "");
  OBSERVE(pthread_spin_init(&spin, shared));
  in_thread(try_spin, NULL);
  OBSERVE(pthread_spin_lock(&spin));
  OBSERVE(pthread_spin_trylock(&spin));
  in_thread(try_spin, NULL);
  OBSERVE(pthread_spin_unlock(&spin));
  in_thread(try_spin, NULL);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, add, NULL) == 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  printf("  sum %d\n", sum);
  OBSERVE(pthread_spin_destroy(&spin));
}

int main(void) {
  observe_barrier(PTHREAD_PROCESS_PRIVATE);
  observe_barrier(PTHREAD_PROCESS_SHARED);
  observe_spin_lock(PTHREAD_PROCESS_PRIVATE);
  observe_spin_lock(PTHREAD_PROCESS_SHARED);
  return 0;
}
