// SPDX-License-Identifier: Apache-2.0
// The writer asks for the readers' count while it has the room; a first reader has the count while it waits
// for the room.
#include "tests/e2e/support.h"

static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;  // protects readers
static pthread_mutex_t room = PTHREAD_MUTEX_INITIALIZER;  // held by the writer, or for all readers together
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int readers;
static int document;
static Step step;

static void begin_reading(void) {
  pthread_mutex_lock(&count_lock);
  if (++readers == 1) pthread_mutex_lock(&room);
  pthread_mutex_unlock(&count_lock);
}

static void end_reading(void) {
  pthread_mutex_lock(&count_lock);
  if (--readers == 0) pthread_mutex_unlock(&room);
  pthread_mutex_unlock(&count_lock);
}

static void write_document(void) {
  pthread_mutex_lock(&room);
  pthread_mutex_lock(&count_lock);
  document = 1 + readers;
  pthread_mutex_unlock(&count_lock);
  pthread_mutex_unlock(&room);
}

static void* read_first(void* unused) {
  begin_reading();
  advance(&step);
  await(&step, 2);
  end_reading();
  advance(&step);
  await(&step, 4);
  pthread_mutex_lock(&log_lock);
  pthread_mutex_unlock(&log_lock);
  advance(&step);
  return unused;
}

static void* read_last(void* unused) {
  await(&step, 1);
  begin_reading();
  advance(&step);
  await(&step, 3);
  end_reading();
  advance(&step);
  return unused;
}

static void* write_after(void* unused) {
  await(&step, 5);
  write_document();
  return unused;
}

int main(void) {
  void* (*const bodies[])(void*) = {read_first, read_last, write_after};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, bodies[i], NULL);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  printf("%d\n", document);
  return 0;
}
