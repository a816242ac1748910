// SPDX-License-Identifier: Apache-2.0
// The healthy twin of polls_with_lock.c: a look at what there is, without a wait.
//
// expect: silent
#include "tests/e2e/support.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static pthread_mutex_t loop = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  const struct timespec no_time = {0, 0};
  struct timeval no_interval = {0, 0};
  struct epoll_event event;
  const int events = epoll_create1(0);
  CHECK(pthread_mutex_lock(&loop) == 0);
  CHECK(poll(NULL, 0, 0) == 0);
  CHECK(ppoll(NULL, 0, &no_time, NULL) == 0);
  CHECK(select(0, NULL, NULL, NULL, &no_interval) == 0);
  CHECK(pselect(0, NULL, NULL, NULL, &no_time, NULL) == 0);
  CHECK(epoll_wait(events, &event, 1, 0) == 0);
  CHECK(epoll_pwait(events, &event, 1, 0, NULL) == 0);
  CHECK(pthread_mutex_unlock(&loop) == 0);
  return 0;
}
