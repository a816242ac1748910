// SPDX-License-Identifier: Apache-2.0
// Every way to wait for events, with a lock held.
//
// args: poll
// args: ppoll
// args: select
// args: pselect
// args: epoll_wait
// args: epoll_pwait
// expect: lock-held-across-io severity=warning locks=1 names=loop functions=turn message=events
#include "tests/e2e/asleep.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static pthread_mutex_t loop = PTHREAD_MUTEX_INITIALIZER;

__attribute__((noinline)) static void turn(const char* how, int events) {
  const struct timespec short_time = {0, 5000000};
  struct timeval short_interval = {0, 5000};
  struct epoll_event event;
  CHECK(pthread_mutex_lock(&loop) == 0);
  if (is(how, "poll")) CHECK(poll(NULL, 0, 5) == 0);
  if (is(how, "ppoll")) CHECK(ppoll(NULL, 0, &short_time, NULL) == 0);
  if (is(how, "select")) CHECK(select(0, NULL, NULL, NULL, &short_interval) == 0);
  if (is(how, "pselect")) CHECK(pselect(0, NULL, NULL, NULL, &short_time, NULL) == 0);
  if (is(how, "epoll_wait")) CHECK(epoll_wait(events, &event, 1, 5) == 0);
  if (is(how, "epoll_pwait")) CHECK(epoll_pwait(events, &event, 1, 5, NULL) == 0);
  CHECK(pthread_mutex_unlock(&loop) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  turn(argv[1], epoll_create1(0));
  return 0;
}
