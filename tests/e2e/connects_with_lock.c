// SPDX-License-Identifier: Apache-2.0
// Connections that wait for the other side, with a lock held; the report says which socket it was.
//
// args: accept
// args: accept4
// args: connect
// expect: lock-held-across-io severity=warning locks=1 names=peers functions=meet message=network
// reason=@gordian-
#include "tests/e2e/asleep.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static pthread_mutex_t peers = PTHREAD_MUTEX_INITIALIZER;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t length;
static int listener;

static int new_socket(void) {
  const int made = socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK(made >= 0);
  return made;
}

static void connect_one(void) {
  CHECK(connect(new_socket(), (struct sockaddr*)&address, length) == 0);
}
static void accept_one(void) {
  CHECK(accept(listener, NULL, NULL) >= 0);
}

__attribute__((noinline)) static void meet(const char* how) {
  const int caller = new_socket();
  CHECK(pthread_mutex_lock(&peers) == 0);
  if (is(how, "accept")) CHECK(accept(listener, NULL, NULL) >= 0);
  if (is(how, "accept4")) CHECK(accept4(listener, NULL, NULL, SOCK_CLOEXEC) >= 0);
  if (is(how, "connect")) CHECK(connect(caller, (struct sockaddr*)&address, length) == 0);
  CHECK(pthread_mutex_unlock(&peers) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  const int size = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "gordian-%d", getpid());
  length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)size);
  listener = new_socket();
  CHECK(bind(listener, (struct sockaddr*)&address, length) == 0);
  CHECK(listen(listener, 0) == 0);
  const int waits_for_room = is(argv[1], "connect");
  if (waits_for_room) connect_one();
  wake_by(waits_for_room ? accept_one : connect_one);
  meet(argv[1]);
  helper_done();
  return 0;
}
