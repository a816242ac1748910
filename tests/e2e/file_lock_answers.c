// SPDX-License-Identifier: Apache-2.0
// What the calls that lock files and handle descriptors answer is what they answer unwatched: errno says why
// one failed, and stays as it was when one succeeds. A wait that a signal interrupts or a cancellation ends
// leaves nothing held.
//
// expect: silent
#include "tests/e2e/temporary_file.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { kUntouched = 4711 };
static Path path;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pid_t waiter_tid;
static Step step;

#define SUCCEEDS(call)          \
  do {                          \
    errno = kUntouched;         \
    CHECK((call) >= 0);         \
    CHECK(errno == kUntouched); \
  } while (0)

#define FAILS(call, error) \
  do {                     \
    errno = kUntouched;    \
    CHECK((call) == -1);   \
    CHECK(errno == error); \
  } while (0)

static struct flock record(short type) {
  return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

static void ignore(int number) {
  (void)number;
}

static void lock_and_unlock(void* unused) {
  (void)unused;
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
}

static void* wait_in_vain(void* unused) {
  const int file = open_file(path);
  struct flock write_lock = record(F_WRLCK);
  __atomic_store_n(&waiter_tid, gettid(), __ATOMIC_RELAXED);
  advance(&step);
  FAILS(flock(file, LOCK_EX), EINTR);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  advance(&step);
  pthread_cleanup_push(lock_and_unlock, NULL);
  fcntl(file, F_OFD_SETLKW, &write_lock);
  pthread_cleanup_pop(0);
  return unused;
}

static void ask(void) {
  const int file = open_file(path);
  const int another = open_file(path);
  struct flock read_lock = record(F_RDLCK);
  struct flock write_lock = record(F_WRLCK);
  struct flock unlock = record(F_UNLCK);
  struct flock wrong = record(77);

  SUCCEEDS(flock(file, LOCK_EX));
  FAILS(flock(another, LOCK_EX | LOCK_NB), EWOULDBLOCK);
  SUCCEEDS(flock(file, LOCK_UN));
  SUCCEEDS(flock(another, LOCK_UN));
  FAILS(flock(file, 64), EINVAL);
  FAILS(flock(-1, LOCK_EX), EBADF);

  SUCCEEDS(fcntl(file, F_OFD_SETLK, &read_lock));
  FAILS(fcntl(another, F_OFD_SETLK, &write_lock), EAGAIN);
  SUCCEEDS(fcntl(another, F_OFD_GETLK, &write_lock));
  CHECK(write_lock.l_type == F_RDLCK && write_lock.l_pid == -1);
  SUCCEEDS(fcntl(file, F_OFD_SETLKW, &unlock));
  SUCCEEDS(fcntl(file, F_SETLK, &read_lock));
  SUCCEEDS(fcntl(file, F_SETLKW, &unlock));
  FAILS(fcntl(file, F_SETLK, &wrong), EINVAL);
  FAILS(fcntl(file, F_SETLKW, NULL), EFAULT);
  FAILS(fcntl(-1, F_SETLK, &read_lock), EBADF);
  SUCCEEDS(lockf(file, F_LOCK, 0));
  SUCCEEDS(lockf(file, F_ULOCK, 0));
  FAILS(lockf(file, 77, 0), EINVAL);

  SUCCEEDS(fcntl(file, F_SETFD, 0));
  CHECK(fcntl(file, F_GETFD) == 0);
  CHECK(fcntl(file, F_DUPFD_CLOEXEC, 70) == 70 && fcntl(70, F_GETFD) == FD_CLOEXEC);
  CHECK(fcntl(file, F_DUPFD, 70) == 71);
  SUCCEEDS(dup2(file, 72));
  SUCCEEDS(dup2(file, file));
  SUCCEEDS(dup3(file, 73, O_CLOEXEC));
  FAILS(dup3(file, file, 0), EINVAL);
  FAILS(dup2(-1, 74), EBADF);
  FAILS(dup(-1), EBADF);
  for (int copy = 70; copy <= 73; ++copy) SUCCEEDS(close(copy));
  FAILS(close(70), EBADF);
  FILE* const stream = fdopen(dup(file), "r");
  CHECK(stream != NULL);
  SUCCEEDS(fclose(stream));
  char memory[8];
  FILE* const without_descriptor = fmemopen(memory, sizeof memory, "r");
  CHECK(without_descriptor != NULL);
  SUCCEEDS(fclose(without_descriptor));
  SUCCEEDS(close(another));
  SUCCEEDS(close(file));
}

// Another process wants the record lock.
static void ask_another_process(void) {
  const int file = open_file(path);
  SUCCEEDS(lockf(file, F_LOCK, 0));
  const pid_t child = fork();
  if (child == 0) {
    const int own = open_file(path);
    FAILS(lockf(own, F_TLOCK, 0), EAGAIN);
    FAILS(lockf(own, F_TEST, 0), EACCES);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  SUCCEEDS(close(file));
}

static void wait_and_give_up(void) {
  const int file = open_file(path);
  struct flock write_lock = record(F_WRLCK);
  CHECK(flock(file, LOCK_EX) == 0);
  CHECK(fcntl(file, F_OFD_SETLK, &write_lock) == 0);
  const struct sigaction action = {.sa_handler = ignore};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  pthread_t waiter;
  void* result;
  CHECK(pthread_create(&waiter, NULL, wait_in_vain, NULL) == 0);
  await(&step, 1);
  await_system_call(waiter_tid, SYS_flock);
  CHECK(pthread_kill(waiter, SIGUSR1) == 0);
  await(&step, 2);
  await_system_call(waiter_tid, SYS_fcntl);
  CHECK(pthread_cancel(waiter) == 0);
  CHECK(pthread_join(waiter, &result) == 0 && result == PTHREAD_CANCELED);
  CHECK(close(file) == 0);
}

// The reverse of what the waiter would have done, had it got the locks.
static void reverse(void) {
  const int file = open_file(path);
  struct flock write_lock = record(F_WRLCK);
  pthread_mutex_lock(&m);
  CHECK(flock(file, LOCK_EX) == 0);
  CHECK(fcntl(file, F_OFD_SETLKW, &write_lock) == 0);
  CHECK(close(file) == 0);
  pthread_mutex_unlock(&m);
}

int main(void) {
  make_file(path, "answers");
  const Part parts[] = {ask, ask_another_process, wait_and_give_up, reverse};
  run_in_turn(4, parts);
  unlink(path);
  return 0;
}
