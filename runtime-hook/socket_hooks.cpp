// SPDX-License-Identifier: Apache-2.0
//
// Sockets and the resolver, for what they wait while a lock is held: see blocking_call.h.
#include <netdb.h>
#include <sys/socket.h>

#include "runtime-hook/blocking_call.h"

using namespace gordian::hook;

GORDIAN_WATCH(ssize_t, send, fd, (int fd, const void* from, size_t size, int flags), (fd, from, size, flags))
GORDIAN_WATCH(ssize_t, sendto, fd,
              (int fd, const void* from, size_t size, int flags, const sockaddr* to, socklen_t length),
              (fd, from, size, flags, to, length))
GORDIAN_WATCH(ssize_t, sendmsg, fd, (int fd, const msghdr* message, int flags), (fd, message, flags))
GORDIAN_WATCH(ssize_t, recv, fd, (int fd, void* into, size_t size, int flags), (fd, into, size, flags))
GORDIAN_WATCH(ssize_t, recvfrom, fd,
              (int fd, void* into, size_t size, int flags, sockaddr* from, socklen_t* length),
              (fd, into, size, flags, from, length))
GORDIAN_WATCH(ssize_t, recvmsg, fd, (int fd, msghdr* message, int flags), (fd, message, flags))
GORDIAN_WATCH_AS(recv, ssize_t, __recv_chk, fd, (int fd, void* into, size_t size, size_t room, int flags),
                 (fd, into, size, room, flags))
GORDIAN_WATCH_AS(recvfrom, ssize_t, __recvfrom_chk, fd,
                 (int fd, void* into, size_t size, size_t room, int flags, sockaddr* from, socklen_t* length),
                 (fd, into, size, room, flags, from, length))

GORDIAN_WATCH(int, accept, fd, (int fd, sockaddr* peer, socklen_t* length), (fd, peer, length))
GORDIAN_WATCH(int, accept4, fd, (int fd, sockaddr* peer, socklen_t* length, int flags),
              (fd, peer, length, flags))
GORDIAN_WATCH(int, connect, fd, (int fd, const sockaddr* peer, socklen_t length), (fd, peer, length))

GORDIAN_WATCH(int, getaddrinfo, kNoDescriptor,
              (const char* host, const char* service, const addrinfo* hints, addrinfo** found),
              (host, service, hints, found))
