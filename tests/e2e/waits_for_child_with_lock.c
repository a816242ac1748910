// SPDX-License-Identifier: Apache-2.0
// Every way to wait for a child process, with a lock held.
//
// args: wait
// args: waitpid
// args: wait3
// args: wait4
// args: waitid
// args: system
// args: pclose
// expect: lock-held-across-io severity=warning locks=1 names=jobs functions=reap message=process
#include "tests/e2e/asleep.h"

#include <sys/resource.h>
#include <sys/wait.h>

static pthread_mutex_t jobs = PTHREAD_MUTEX_INITIALIZER;

// A child that ends 15 ms after it was made, whoever waits for it.
static pid_t child(void) {
  const pid_t made = fork();
  CHECK(made >= 0);
  if (made == 0) {
    const struct timespec long_enough = {0, 15000000};
    nanosleep(&long_enough, NULL);
    _exit(0);
  }
  return made;
}

__attribute__((noinline)) static void reap(const char* how) {
  siginfo_t information;
  FILE* const stream = is(how, "pclose") ? popen("sleep 0.02", "r") : NULL;
  const pid_t made = how[0] == 'w' ? child() : 0;
  CHECK(pthread_mutex_lock(&jobs) == 0);
  if (is(how, "wait")) CHECK(wait(NULL) == made);
  if (is(how, "waitpid")) CHECK(waitpid(made, NULL, 0) == made);
  if (is(how, "wait3")) CHECK(wait3(NULL, 0, NULL) == made);
  if (is(how, "wait4")) CHECK(wait4(made, NULL, 0, NULL) == made);
  if (is(how, "waitid")) CHECK(waitid(P_PID, (id_t)made, &information, WEXITED) == 0);
  if (is(how, "system")) CHECK(system("sleep 0.02") == 0);
  if (is(how, "pclose")) CHECK(pclose(stream) == 0);
  CHECK(pthread_mutex_unlock(&jobs) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  reap(argv[1]);
  return 0;
}
