// SPDX-License-Identifier: Apache-2.0
// Who holds what is waited for waits itself, for a lock of a third, which reads from a connection that
// nothing comes from. The report names the third, and the other end of its connection.
//
// expect: stuck-holder tier=observed names=inner functions=talk,pass_on,want threads=root,between,waiter
// ignore: lock-held-across-io
// stuck: 1
// live: error: stuck-holder: root (tid
// live: is in recv() to 127.0.0.1:
// live: between (tid
#include "tests/e2e/support.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static Step step;
static int connection[2];

static void connect_to_itself(void) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  CHECK(bind(listener, (struct sockaddr*)&address, length) == 0 && listen(listener, 1) == 0);
  CHECK(getsockname(listener, (struct sockaddr*)&address, &length) == 0);
  connection[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(connect(connection[0], (struct sockaddr*)&address, length) == 0);
  connection[1] = accept(listener, NULL, NULL);
  CHECK(connection[1] >= 0);
}

static void* talk(void* unused) {
  char byte;
  pthread_setname_np(pthread_self(), "root");
  pthread_mutex_lock(&inner);
  advance(&step);
  CHECK(recv(connection[0], &byte, 1, 0) == 1);
  pthread_mutex_unlock(&inner);
  return unused;
}

static void* pass_on(void* unused) {
  pthread_setname_np(pthread_self(), "between");
  await(&step, 1);
  pthread_mutex_lock(&outer);
  advance(&step);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
  return unused;
}

static void* want(void* unused) {
  pthread_setname_np(pthread_self(), "waiter");
  await(&step, 2);
  pthread_mutex_lock(&outer);
  pthread_mutex_unlock(&outer);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  void* (*const parts[])(void*) = {talk, pass_on, want};
  connect_to_itself();
  for (int i = 0; i < 3; ++i) CHECK(pthread_create(&threads[i], NULL, parts[i], NULL) == 0);
  const struct timespec patience = {3, 0};
  nanosleep(&patience, NULL);
  CHECK(send(connection[1], "x", 1, 0) == 1);
  for (int i = 0; i < 3; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
