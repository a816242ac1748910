// SPDX-License-Identifier: Apache-2.0
#include "runtime-hook/descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace gordian::hook {

namespace {

using format::WaitsFor;

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
  sockaddr_storage storage;
};

// An abstract name begins with a zero byte, which is shown as @.
void print_local(const sockaddr_un& address, socklen_t length, Descriptor& into) {
  if (length <= offsetof(sockaddr_un, sun_path)) {
    strcpy(into.text, "a Unix socket");
    return;
  }
  const bool abstract = address.sun_path[0] == 0;
  const size_t room = length - offsetof(sockaddr_un, sun_path) - (abstract ? 1 : 0);
  const char* const name = address.sun_path + (abstract ? 1 : 0);
  snprintf(into.text, sizeof into.text, "%s%.*s", abstract ? "@" : "", static_cast<int>(room), name);
}

void print(const Address& address, socklen_t length, Descriptor& into) {
  char host[INET6_ADDRSTRLEN] = "";
  if (address.any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof host);
    snprintf(into.text, sizeof into.text, "%s:%u", host, ntohs(address.v4.sin_port));
  } else if (address.any.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof host);
    snprintf(into.text, sizeof into.text, "[%s]:%u", host, ntohs(address.v6.sin6_port));
  } else if (address.any.sa_family == AF_UNIX) {
    print_local(address.local, length, into);
  } else {
    strcpy(into.text, "a socket");
  }
}

// The peer, or the address of a socket that has none, as where connections are accepted.
void describe_socket(int fd, Descriptor& into) {
  Address address = {};
  socklen_t length = sizeof address;
  if (getpeername(fd, &address.any, &length) != 0) {
    length = sizeof address;
    if (getsockname(fd, &address.any, &length) != 0) return;
  }
  print(address, length, into);
}

// The first three are the program's way to talk to whoever started it, whatever stands there.
WaitsFor kind_of(int fd, mode_t mode) {
  if (S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode)) return WaitsFor::disk;
  if (fd <= STDERR_FILENO || S_ISCHR(mode)) return WaitsFor::console;
  if (S_ISSOCK(mode)) return WaitsFor::network;
  if (S_ISFIFO(mode)) return WaitsFor::pipe;
  return WaitsFor::poll;  // eventfd, timerfd, inotify ...
}

}  // namespace

void describe(int fd, Descriptor& into) {
  struct stat status;
  if (fstat(fd, &status) != 0) return;
  if (into.kind == WaitsFor::descriptor) into.kind = kind_of(fd, status.st_mode);
  if (S_ISSOCK(status.st_mode)) return describe_socket(fd, into);
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, into.text, sizeof into.text - 1);
  into.text[length > 0 ? length : 0] = 0;
}

}  // namespace gordian::hook
