// SPDX-License-Identifier: Apache-2.0
// The healthy twin of sockets_with_lock.c: no call waits, since each can do what it is to do, or says that it
// would have to wait.
//
// expect: silent
#include "tests/e2e/support.h"

#include <errno.h>
#include <sys/socket.h>

static pthread_mutex_t connection = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  int ends[2];
  char text[8];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  CHECK(pthread_mutex_lock(&connection) == 0);
  CHECK(send(ends[0], "x", 1, 0) == 1);
  CHECK(recv(ends[1], text, sizeof text, 0) == 1);
  CHECK(recv(ends[1], text, sizeof text, MSG_DONTWAIT) == -1 && errno == EAGAIN);
  CHECK(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
  CHECK(recv(ends[1], text, sizeof text, 0) == -1 && errno == EAGAIN);
  CHECK(accept(ends[1], NULL, NULL) == -1 && errno != EAGAIN);
  CHECK(pthread_mutex_unlock(&connection) == 0);
  return 0;
}
