// SPDX-License-Identifier: Apache-2.0
// A program gives up nearly all system calls, under pain of death, and goes on to make threads and to lock:
// the hook must not make a call that the program does not.
//
// expect: lock-order-cycle tier=plausible locks=2 names=alpha,beta functions=first,second
#include "tests/e2e/support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static pthread_mutex_t alpha = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t beta = PTHREAD_MUTEX_INITIALIZER;

static void first(void) {
  pthread_mutex_lock(&alpha);
  pthread_mutex_lock(&beta);
  pthread_mutex_unlock(&beta);
  pthread_mutex_unlock(&alpha);
}

static void second(void) {
  pthread_mutex_lock(&beta);
  pthread_mutex_lock(&alpha);
  pthread_mutex_unlock(&alpha);
  pthread_mutex_unlock(&beta);
}

#define ALLOW(call) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

// What glibc needs for threads, memory and output.
static void give_up_calls(void) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(read),
      ALLOW(write),
      ALLOW(futex),
      ALLOW(mmap),
      ALLOW(munmap),
      ALLOW(mprotect),
      ALLOW(madvise),
      ALLOW(brk),
      ALLOW(clone),
      ALLOW(clone3),
      ALLOW(set_robust_list),
      ALLOW(rseq),
      ALLOW(rt_sigprocmask),
      ALLOW(sched_yield),
      ALLOW(newfstatat),
      ALLOW(exit),
      ALLOW(exit_group),
      ALLOW(rt_sigaction),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  const struct sock_fprog filter = {sizeof program / sizeof *program, program};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0);
}

int main(void) {
  const Part parts[] = {first, second};
  void* volatile memory = malloc(1);  // the first asks for random numbers
  free(memory);
  give_up_calls();
  run_in_turn(2, parts);
  puts("done");
  return 0;
}
