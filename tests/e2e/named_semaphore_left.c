// SPDX-License-Identifier: Apache-2.0
// A named semaphore that the process made and nobody removed outlives it. That is worth a note: it may be
// meant so.
//
// args: new
// args: if-needed
// expect: semaphore-leak severity=note tier=observed functions=main reason=sem_unlink
#include "tests/e2e/support.h"

#include <semaphore.h>

static char name[64];

// A child removes it when this process has ended.
static void remove_in_the_end(void) {
  int ends[2];
  char nothing;
  CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child != 0) return;
  for (int fd = 0; fd < 3; ++fd) close(fd);
  close(ends[1]);
  if (read(ends[0], &nothing, 1) == 0) sem_unlink(name);
  _exit(0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  snprintf(name, sizeof name, "/gordian-left-%d", getpid());
  remove_in_the_end();
  const int only_new = strcmp(argv[1], "new") == 0;
  sem_t* semaphore = sem_open(name, only_new ? O_CREAT | O_EXCL : O_CREAT, 0600, 1);
  CHECK(semaphore != SEM_FAILED);
  CHECK(sem_wait(semaphore) == 0);
  CHECK(sem_post(semaphore) == 0);
  CHECK(sem_close(semaphore) == 0);
  return 0;
}
