// SPDX-License-Identifier: Apache-2.0
// While a thread waits, at a barrier or for a lock, its slot in the hot file says for what and at which
// stack; once it has passed, no more. This program reads its own hot file, as others may.
//
// expect: wait-while-holding severity=warning locks=1 names=rwlock functions=main kinds=rwlock
#include "tests/e2e/hot_slot.h"

static pthread_barrier_t barrier;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pid_t tid;
static Step started, may_end;

static void* wait_everywhere(void* unused) {
  tid = gettid();
  advance(&started);
  pthread_barrier_wait(&barrier);
  advance(&started);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  advance(&started);
  pthread_rwlock_rdlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
  advance(&started);
  await(&may_end, 1);
  return unused;
}

static void expect_wait(const volatile ThreadSlot* slot, const void* object) {
  if (slot == nullptr) return;
  CHECK((slot->waiting == gordian::format::WaitKind::nothing) == (object == nullptr));
  CHECK(object == nullptr || slot->waiting_for == reinterpret_cast<uint64_t>(object));
  CHECK(object == nullptr || slot->waiting_stack != gordian::format::StackRef::none);
  CHECK(object == nullptr || slot->waiting_since_ns != 0);
}

int main() {
  pthread_t waiter;
  CHECK(pthread_barrier_init(&barrier, nullptr, 2) == 0);
  CHECK(pthread_mutex_lock(&mutex) == 0);
  CHECK(pthread_rwlock_wrlock(&rwlock) == 0);
  CHECK(pthread_create(&waiter, nullptr, wait_everywhere, nullptr) == 0);
  await(&started, 1);
  await_blocked(tid);
  const ThreadSlot* slot = slot_of(tid);
  expect_wait(slot, &barrier);
  pthread_barrier_wait(&barrier);
  await(&started, 2);
  await_blocked(tid);
  expect_wait(slot, &mutex);
  CHECK(pthread_mutex_unlock(&mutex) == 0);
  await(&started, 3);
  await_blocked(tid);
  expect_wait(slot, &rwlock);
  CHECK(pthread_rwlock_unlock(&rwlock) == 0);
  await(&started, 4);
  expect_wait(slot, nullptr);
  advance(&may_end);
  CHECK(pthread_join(waiter, nullptr) == 0);
}
