// SPDX-License-Identifier: Apache-2.0
// Calls that are no cancellation points are none either when they are the first of their process, which may
// make more work than later ones.
#include "tests/conformance/observe.h"

#include <semaphore.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static mtx_t c11_mutex;
static sem_t semaphore;
static int file;

static void lock(void) {
  pthread_mutex_lock(&mutex);
}
static void trylock(void) {
  pthread_mutex_trylock(&mutex);
}
static void init(void) {
  pthread_mutex_init(&mutex, NULL);
}
static void read_lock(void) {
  pthread_rwlock_rdlock(&rwlock);
}
static void spin_lock(void) {
  pthread_spin_lock(&spin);
}
static void pass_barrier(void) {
  pthread_barrier_wait(&barrier);
}
static void c11_lock(void) {
  mtx_lock(&c11_mutex);
}
static void post(void) {
  sem_post(&semaphore);
}
static void lock_file(void) {
  flock(file, LOCK_SH);
}
static void* return_at_once(void* unused) {
  return unused;
}
static void create(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, return_at_once, NULL);
}

static void observe_first(const char* name, void (*call)(void)) {
  const pid_t child = fork();
  if (child == 0) {
    pthread_cancel(pthread_self());
    call();
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    _exit(3);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  printf("%s: %s\n", name, WIFEXITED(status) && WEXITSTATUS(status) == 3 ? "returned" : "cancelled");
}

int main(void) {
  CHECK(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) == 0);
  CHECK(pthread_barrier_init(&barrier, NULL, 1) == 0);
  CHECK(mtx_init(&c11_mutex, mtx_plain) == thrd_success);
  CHECK(sem_init(&semaphore, 0, 0) == 0);
  file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  CHECK(file >= 0);
  observe_first("pthread_mutex_lock", lock);
  observe_first("pthread_mutex_trylock", trylock);
  observe_first("pthread_mutex_init", init);
  observe_first("pthread_rwlock_rdlock", read_lock);
  observe_first("pthread_spin_lock", spin_lock);
  observe_first("pthread_barrier_wait", pass_barrier);
  observe_first("mtx_lock", c11_lock);
  observe_first("sem_post", post);
  observe_first("flock", lock_file);
  observe_first("pthread_create", create);
  return 0;
}
