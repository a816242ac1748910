// SPDX-License-Identifier: Apache-2.0
// Named semaphores that are no business of this process in the end: it has removed them, another process has,
// or they were there before.
//
// expect: silent
#include "tests/e2e/support.h"

#include <semaphore.h>
#include <sys/wait.h>

static sem_t* make(const char* name) {
  sem_t* semaphore = sem_open(name, O_CREAT, 0600, 1);
  CHECK(semaphore != SEM_FAILED);
  return semaphore;
}

// Another process has it, and removes it when this one has ended.
static void make_in_child(const char* name) {
  int made[2], ends[2];
  char byte = 0;
  CHECK(pipe(made) == 0 && pipe(ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    for (int fd = 0; fd < 3; ++fd) close(fd);
    close(ends[1]);
    make(name);
    if (write(made[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 0) sem_unlink(name);
    _exit(0);
  }
  CHECK(read(made[0], &byte, 1) == 1);
}

static void in_child(void (*act)(const char*), const char* name) {
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    act(name);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void remove_it(const char* name) {
  CHECK(sem_unlink(name) == 0);
}

int main(void) {
  char own[64], others[64], older[64];
  snprintf(own, sizeof own, "/gordian-own-%d", getpid());
  snprintf(others, sizeof others, "/gordian-others-%d", getpid());
  snprintf(older, sizeof older, "/gordian-older-%d", getpid());
  CHECK(sem_close(make(own)) == 0);
  CHECK(sem_unlink(own) == 0);
  CHECK(sem_close(make(others)) == 0);
  in_child(remove_it, others);
  make_in_child(older);
  CHECK(sem_close(make(older)) == 0);
  return 0;
}
