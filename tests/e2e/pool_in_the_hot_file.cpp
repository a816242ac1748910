// SPDX-License-Identifier: Apache-2.0
// Two workers each take a permit of a pool of two and want a second one: neither gets it. Their slots in the
// hot file say what each has, how many permits, and what it waits for.
//
// expect: silent
#include "tests/e2e/hot_slot.h"

#include <semaphore.h>

using gordian::format::HeldEntry;

static sem_t pool;
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pid_t tids[2];
static Step taken, may_want;

static void* worker(void* number) {
  const auto own = reinterpret_cast<uintptr_t>(number);
  tids[own] = gettid();
  if (own == 0) pthread_mutex_lock(&outer);
  sem_wait(&pool);
  advance(&taken);
  await(&may_want, 1);
  sem_wait(&pool);
  advance(&taken);
  await(&may_want, 2);
  sem_post(&pool);
  sem_post(&pool);
  if (own == 0) pthread_mutex_unlock(&outer);
  return nullptr;
}

static void expect_permits(pid_t tid, uint32_t permits, bool waits) {
  const ThreadSlot* slot = slot_of(tid);
  if (slot == nullptr) return;
  const auto* last = reinterpret_cast<const HeldEntry*>(slot->top) - 1;
  CHECK(last->lock == reinterpret_cast<uint64_t>(&pool));
  CHECK(last->kind == gordian::format::LockKind::semaphore);
  CHECK(last->shared == gordian::format::kOfPool);
  CHECK(last->recursion == permits);
  CHECK(slot->waiting_for == (waits ? reinterpret_cast<uint64_t>(&pool) : 0));
}

int main() {
  CHECK(sem_init(&pool, 0, 2) == 0);
  pthread_t threads[2];
  for (uintptr_t i = 0; i < 2; ++i) {
    CHECK(pthread_create(&threads[i], nullptr, worker, reinterpret_cast<void*>(i)) == 0);
  }
  await(&taken, 2);
  for (const pid_t tid : tids) expect_permits(tid, 1, false);
  advance(&may_want);
  for (const pid_t tid : tids) {
    await_blocked(tid);
    expect_permits(tid, 1, true);
  }
  advance(&may_want);
  // A way out for the program only, so that it ends: this thread has waited for nothing, and makes the pool a
  // signal.
  sem_post(&pool);
  for (const pthread_t thread : threads) CHECK(pthread_join(thread, nullptr) == 0);
}
