// SPDX-License-Identifier: Apache-2.0
// Two workers each take a permit of a pool of two and want a second one: neither gets it. Their slots in the
// hot file say what each has, how many permits, and what it waits for. The pool has no place in the nesting
// of locks around it: it is given no record, nor is a lock that is nested in nothing else.
//
// expect: silent
#include "tests/e2e/hot_slot.h"

#include <semaphore.h>

using gordian::format::HeldEntry;
using gordian::format::LockRef;

static sem_t pool;
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pid_t tids[2];
static Step taken, turn;

static void* worker(void* number) {
  const auto own = reinterpret_cast<uintptr_t>(number);
  tids[own] = gettid();
  if (own == 0) pthread_mutex_lock(&outer);
  sem_wait(&pool);
  advance(&taken);
  await(&turn, 1);
  pthread_mutex_lock(&inner[own]);
  advance(&taken);
  await(&turn, 2);
  sem_wait(&pool);
  await(&turn, 3);
  pthread_mutex_unlock(&inner[own]);
  sem_post(&pool);
  sem_post(&pool);
  if (own == 0) pthread_mutex_unlock(&outer);
  return nullptr;
}

// Looks at a slot, if this program is watched. `behind`: entries behind that of the pool.
template <typename Look>
static void look_at(pid_t tid, int behind, Look look) {
  const ThreadSlot* slot = slot_of(tid);
  if (slot == nullptr) return;
  const auto* held = reinterpret_cast<const HeldEntry*>(slot->top) - 1 - behind;
  CHECK(held->lock == reinterpret_cast<uint64_t>(&pool));
  CHECK(held->kind == gordian::format::LockKind::semaphore);
  CHECK(held->shared == gordian::format::kOfPool);
  CHECK(held->recursion == 1);
  CHECK(held->id == LockRef::none);
  look(*slot, held);
}

int main() {
  CHECK(sem_init(&pool, 0, 2) == 0);
  pthread_t threads[2];
  for (uintptr_t i = 0; i < 2; ++i) {
    CHECK(pthread_create(&threads[i], nullptr, worker, reinterpret_cast<void*>(i)) == 0);
  }
  await(&taken, 2);
  look_at(tids[0], 0, [](const ThreadSlot&, const HeldEntry* held) { CHECK(held[-1].id == LockRef::none); });
  advance(&turn);
  await(&taken, 4);
  look_at(tids[0], 1, [](const ThreadSlot& slot, const HeldEntry* held) {
    CHECK(held[-1].id != LockRef::none && held[1].id != LockRef::none);
    CHECK(slot.waiting == gordian::format::WaitKind::nothing);
  });
  look_at(tids[1], 1, [](const ThreadSlot& slot, const HeldEntry* held) {
    CHECK(held[1].id == LockRef::none);
    CHECK(slot.waiting == gordian::format::WaitKind::nothing);
  });
  advance(&turn);
  for (const pid_t tid : tids) {
    await_blocked(tid);
    look_at(tid, 1, [](const ThreadSlot& slot, const HeldEntry*) {
      CHECK(slot.waiting_for == reinterpret_cast<uint64_t>(&pool));
    });
  }
  advance(&turn);
  // A way out for the program only, so that it ends: this thread has waited for nothing, and makes the pool a
  // signal.
  sem_post(&pool);
  for (const pthread_t thread : threads) CHECK(pthread_join(thread, nullptr) == 0);
}
