// SPDX-License-Identifier: Apache-2.0
// The holder of a lock waits for a disk that takes its time. No disk does so at will: the holder's fsync() is
// held up in the kernel by a seccomp filter, until a thread that is told of it lets it go on. (A process that
// confines itself like that starts no commands any more, and so has no watch of its own.)
//
// expect: stuck-holder tier=observed locks=1 names=guard functions=hold,want
// ignore: lock-held-across-io
// only: run
// stuck: 1
// live: it is in fsync() on
// live: held-up-by-its-disk
#include "tests/e2e/support.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static Step is_held;
static int notifications;
static int file;

// From now on, every fsync() of this thread.
static int hold_up_fsync(void) {
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fsync, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

// Whoever looks at the thread's stack interrupts the call: it begins anew, and we are told of it anew.
static void let_go_on(void) {
  struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  do {
    struct seccomp_notif call = {0};
    CHECK(ioctl(notifications, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0 || errno == ENOENT);
    answer.id = call.id;
  } while (ioctl(notifications, SECCOMP_IOCTL_NOTIF_SEND, &answer) != 0 && errno == ENOENT);
}

static void* hold(void* unused) {
  notifications = hold_up_fsync();
  CHECK(notifications >= 0);
  pthread_mutex_lock(&guard);
  advance(&is_held);
  CHECK(fsync(file) == 0);
  pthread_mutex_unlock(&guard);
  return unused;
}

static void* want(void* unused) {
  await(&is_held, 1);
  pthread_mutex_lock(&guard);
  pthread_mutex_unlock(&guard);
  return unused;
}

int main(void) {
  char name[] = "/tmp/held-up-by-its-disk-XXXXXX";
  file = mkstemp(name);
  CHECK(file >= 0 && unlink(name) == 0);
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, hold, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, want, NULL) == 0);
  await(&is_held, 1);
  const struct timespec patience = {3, 0};
  nanosleep(&patience, NULL);
  let_go_on();
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
