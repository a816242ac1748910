// SPDX-License-Identifier: Apache-2.0
// A static lock, one on the heap, and a function that locks for others.
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

struct account {
  pthread_mutex_t lock;
  int balance;
};

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;
static struct account* savings;
static int done;

static int unrelated(int value) {
  return value + 1;
}

static void account_lock(struct account* account) {
  pthread_mutex_lock(&account->lock);
}

static void account_unlock(struct account* account) {
  pthread_mutex_unlock(&account->lock);
}

static void deposit(struct account* account) {
  account_lock(account);
  pthread_mutex_lock(&journal);
  account->balance = unrelated(account->balance);
  pthread_mutex_unlock(&journal);
  account_unlock(account);
}

static void audit(struct account* account) {
  pthread_mutex_lock(&journal);
  account_lock(account);
  account->balance = unrelated(account->balance);
  account_unlock(account);
  pthread_mutex_unlock(&journal);
}

static void await(int turn) {
  while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < turn) sched_yield();
}

static void* depositor(void* unused) {
  deposit(savings);
  __atomic_fetch_add(&done, 1, __ATOMIC_ACQ_REL);
  await(2);
  return unused;
}

static void* auditor(void* unused) {
  await(1);
  audit(savings);
  __atomic_fetch_add(&done, 1, __ATOMIC_ACQ_REL);
  return unused;
}

int main(void) {
  savings = calloc(1, sizeof *savings);
  if (savings == NULL) return 1;
  pthread_mutex_init(&savings->lock, NULL);
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, depositor, NULL);
  pthread_create(&threads[1], NULL, auditor, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&savings->lock);
  free(savings);
  return 0;
}
