// SPDX-License-Identifier: Apache-2.0
// The holder of a lock connects to a server that accepts nobody. The report has the server's address.
//
// expect: stuck-holder tier=observed locks=1 names=guard functions=hold,want
// ignore: lock-held-across-io
// stuck: 1
// live: it is in connect() to 127.0.0.1:
#include "tests/e2e/support.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static Step is_held;
static struct sockaddr_in server = {.sin_family = AF_INET};

static int new_socket(void) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0);
  return fd;
}

static void* hold(void* unused) {
  const int fd = new_socket();
  pthread_mutex_lock(&guard);
  advance(&is_held);
  CHECK(connect(fd, (struct sockaddr*)&server, sizeof server) == 0);
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
  const int listener = new_socket();
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof server;
  CHECK(bind(listener, (struct sockaddr*)&server, length) == 0 && listen(listener, 0) == 0);
  CHECK(getsockname(listener, (struct sockaddr*)&server, &length) == 0);
  // Fills the queue: whoever comes now is not answered.
  CHECK(connect(new_socket(), (struct sockaddr*)&server, sizeof server) == 0);
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, hold, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, want, NULL) == 0);
  const struct timespec patience = {3, 0};
  nanosleep(&patience, NULL);
  for (int i = 0; i < 2; ++i) CHECK(accept(listener, NULL, NULL) >= 0);
  for (int i = 0; i < 2; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
