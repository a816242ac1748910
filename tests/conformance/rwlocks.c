// SPDX-License-Identifier: Apache-2.0
// What read-write locks of glibc's three kinds answer, and whom each lets pass while a writer waits.
#include "tests/conformance/observe.h"

static pthread_rwlock_t lock;

static void try_all(void) {
  OBSERVE_AND_UNDO(pthread_rwlock_tryrdlock(&lock), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_trywrlock(&lock), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_timedrdlock(&lock, &kPast), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_timedwrlock(&lock, &kPast), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_timedrdlock(&lock, &kTooManyNs), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_timedwrlock(&lock, &kNegativeNs), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_timedwrlock(&lock, &kBefore1970), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &kPast), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &kTooManyNs),
                   pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_clockrdlock(&lock, kNoClock, &kPast), pthread_rwlock_unlock(&lock));
  OBSERVE_AND_UNDO(pthread_rwlock_clockwrlock(&lock, kNoClock, &kPast), pthread_rwlock_unlock(&lock));
}

static void* try_from_outside(void* unused) {
  try_all();
  return unused;
}

static void* wait_in_vain(void* unused) {
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_rwlock_timedrdlock(&lock, &soon));
  OBSERVE_TIMEOUT(CLOCK_REALTIME, soon, pthread_rwlock_timedwrlock(&lock, &soon));
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &soon));
  OBSERVE_TIMEOUT(CLOCK_MONOTONIC, soon, pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &soon));
  return unused;
}

static void* write_once(void* unused) {
  CHECK(pthread_rwlock_wrlock(&lock) == 0);
  CHECK(pthread_rwlock_unlock(&lock) == 0);
  return unused;
}

static void* read_once(void* unused) {
  CHECK(pthread_rwlock_rdlock(&lock) == 0);
  CHECK(pthread_rwlock_unlock(&lock) == 0);
  return unused;
}

static void observe_while_writer_waits(void) {
  headline(" read, a writer waits");
  OBSERVE(pthread_rwlock_rdlock(&lock));
  Waiter writer;
  begin_wait(&writer, write_once, NULL, SYS_futex);
  headline("  the reader");
  try_all();
  headline("  another");
  in_thread(try_from_outside, NULL);
  OBSERVE(pthread_rwlock_unlock(&lock));
  end_wait(&writer);
}

static void observe_kind(const char* name, const pthread_rwlockattr_t* attributes) {
  printf("%s\n", name);
  OBSERVE(pthread_rwlock_init(&lock, attributes));
  headline(" free");
  try_all();
  headline(" read");
  OBSERVE(pthread_rwlock_rdlock(&lock));
  OBSERVE(pthread_rwlock_rdlock(&lock));
  try_all();
  headline("  another");
  in_thread(try_from_outside, NULL);
  OBSERVE(pthread_rwlock_unlock(&lock));
  OBSERVE(pthread_rwlock_unlock(&lock));
  headline(" written");
  OBSERVE(pthread_rwlock_wrlock(&lock));
  OBSERVE(pthread_rwlock_rdlock(&lock));
  OBSERVE(pthread_rwlock_wrlock(&lock));
  try_all();
  headline("  another");
  in_thread(try_from_outside, NULL);
  in_thread(wait_in_vain, NULL);
  headline("  another waits");
  Waiter waiters[3];
  begin_wait(&waiters[0], read_once, NULL, SYS_futex);
  begin_wait(&waiters[1], write_once, NULL, SYS_futex);
  begin_wait(&waiters[2], read_once, NULL, SYS_futex);
  OBSERVE(pthread_rwlock_unlock(&lock));
  for (int i = 0; i < 3; ++i) end_wait(&waiters[i]);
  observe_while_writer_waits();
  OBSERVE(pthread_rwlock_destroy(&lock));
}

// glibc counts readers in 28 bits.
static void observe_reader_limit(void) {
  pthread_rwlock_t full = PTHREAD_RWLOCK_INITIALIZER;
  headline("reader limit");
  OBSERVE(pthread_rwlock_rdlock(&full));
  full.__data.__readers |= 0x7ffffff8;
  OBSERVE(pthread_rwlock_rdlock(&full));
  OBSERVE(pthread_rwlock_tryrdlock(&full));
  OBSERVE(pthread_rwlock_timedrdlock(&full, &kPast));
  OBSERVE(pthread_rwlock_trywrlock(&full));
  full.__data.__readers &= ~0x7ffffff0U;
  OBSERVE(pthread_rwlock_unlock(&full));
  OBSERVE(pthread_rwlock_trywrlock(&full));
  OBSERVE(pthread_rwlock_unlock(&full));
}

static void observe_static_ones(void) {
  static pthread_rwlock_t plain = PTHREAD_RWLOCK_INITIALIZER;
  static pthread_rwlock_t writers_first = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
  headline("static");
  OBSERVE(pthread_rwlock_wrlock(&plain));
  OBSERVE(pthread_rwlock_rdlock(&plain));
  OBSERVE(pthread_rwlock_unlock(&plain));
  OBSERVE(pthread_rwlock_rdlock(&writers_first));
  OBSERVE(pthread_rwlock_trywrlock(&writers_first));
  OBSERVE(pthread_rwlock_unlock(&writers_first));
}

int main(void) {
  static const struct {
    const char* name;
    int kind;
  } kinds[] = {{"prefers readers", PTHREAD_RWLOCK_PREFER_READER_NP},
               {"prefers writers, in name", PTHREAD_RWLOCK_PREFER_WRITER_NP},
               {"prefers writers", PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    for (int shared = 0; shared < 2; ++shared) {
      char name[64];
      snprintf(name, sizeof name, "%s%s", kinds[i].name, shared ? ", shared" : "");
      pthread_rwlockattr_t attributes;
      CHECK(pthread_rwlockattr_init(&attributes) == 0);
      CHECK(pthread_rwlockattr_setkind_np(&attributes, kinds[i].kind) == 0);
      CHECK(pthread_rwlockattr_setpshared(&attributes, shared) == 0);
      observe_kind(name, &attributes);
      CHECK(pthread_rwlockattr_destroy(&attributes) == 0);
    }
  }
  observe_static_ones();
  observe_reader_limit();
  return 0;
}
