// SPDX-License-Identifier: Apache-2.0
// Calls that wait for a peer, with a lock held. The buffers are full, or empty, or the queue is.
//
// args: read
// args: recv
// args: recvfrom
// args: recvmsg
// args: write
// args: send
// args: sendto
// args: sendmsg
// args: writev
// expect: lock-held-across-io severity=warning locks=1 names=connection functions=talk message=network
#include "tests/e2e/asleep.h"

#include <sys/socket.h>
#include <sys/uio.h>

static pthread_mutex_t connection = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];
static char block[1 << 20];

static void answer(void) {
  CHECK(send(ends[1], "x", 1, 0) == 1);
}

static void take_all(void) {
  CHECK(recv(ends[1], block, sizeof block, MSG_WAITALL) == (ssize_t)sizeof block);
}

__attribute__((noinline)) static void talk(const char* how) {
  struct iovec in = {block, 1};
  struct iovec out = {block, sizeof block};
  struct msghdr message = {.msg_iov = how[0] == 'r' ? &in : &out, .msg_iovlen = 1};
  const ssize_t whole = sizeof block;
  CHECK(pthread_mutex_lock(&connection) == 0);
  if (is(how, "read")) CHECK(read(ends[0], block, 1) == 1);
  if (is(how, "recv")) CHECK(recv(ends[0], block, 1, 0) == 1);
  if (is(how, "recvfrom")) CHECK(recvfrom(ends[0], block, 1, 0, NULL, NULL) == 1);
  if (is(how, "recvmsg")) CHECK(recvmsg(ends[0], &message, 0) == 1);
  if (is(how, "write")) CHECK(write(ends[0], block, sizeof block) == whole);
  if (is(how, "writev")) CHECK(writev(ends[0], &out, 1) == whole);
  if (is(how, "send")) CHECK(send(ends[0], block, sizeof block, 0) == whole);
  if (is(how, "sendto")) CHECK(sendto(ends[0], block, sizeof block, 0, NULL, 0) == whole);
  if (is(how, "sendmsg")) CHECK(sendmsg(ends[0], &message, 0) == whole);
  CHECK(pthread_mutex_unlock(&connection) == 0);
}

int main(int argc, char** argv) {
  CHECK(argc == 2 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  wake_by(argv[1][0] == 'r' ? answer : take_all);
  talk(argv[1]);
  helper_done();
  return 0;
}
