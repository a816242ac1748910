// SPDX-License-Identifier: Apache-2.0
//
// Calls that do nothing but wait, for events, time or a child process, while a lock is held: see
// blocking_call.h.
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime-hook/blocking_call.h"

using namespace gordian::hook;

GORDIAN_WATCH(int, poll, kNoDescriptor, (pollfd * set, nfds_t count, int timeout), (set, count, timeout))
GORDIAN_WATCH(int, ppoll, kNoDescriptor,
              (pollfd * set, nfds_t count, const timespec* timeout, const sigset_t* mask),
              (set, count, timeout, mask))
GORDIAN_WATCH_AS(poll, int, __poll_chk, kNoDescriptor, (pollfd * set, nfds_t count, int timeout, size_t room),
                 (set, count, timeout, room))
GORDIAN_WATCH_AS(ppoll, int, __ppoll_chk, kNoDescriptor,
                 (pollfd * set, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t room),
                 (set, count, timeout, mask, room))
GORDIAN_WATCH(int, select, kNoDescriptor,
              (int count, fd_set* readable, fd_set* writable, fd_set* special, timeval* timeout),
              (count, readable, writable, special, timeout))
GORDIAN_WATCH(int, pselect, kNoDescriptor,
              (int count, fd_set* readable, fd_set* writable, fd_set* special, const timespec* timeout,
               const sigset_t* mask),
              (count, readable, writable, special, timeout, mask))
GORDIAN_WATCH(int, epoll_wait, kNoDescriptor, (int fd, epoll_event* events, int room, int timeout),
              (fd, events, room, timeout))
GORDIAN_WATCH(int, epoll_pwait, kNoDescriptor,
              (int fd, epoll_event* events, int room, int timeout, const sigset_t* mask),
              (fd, events, room, timeout, mask))

GORDIAN_WATCH(int, nanosleep, kNoDescriptor, (const timespec* time, timespec* left), (time, left))
GORDIAN_WATCH(int, clock_nanosleep, kNoDescriptor,
              (clockid_t clock, int flags, const timespec* time, timespec* left), (clock, flags, time, left))
GORDIAN_WATCH(int, usleep, kNoDescriptor, (useconds_t time), (time))
GORDIAN_WATCH(unsigned, sleep, kNoDescriptor, (unsigned time), (time))

GORDIAN_WATCH(pid_t, wait, kNoDescriptor, (int* status), (status))
GORDIAN_WATCH(pid_t, waitpid, kNoDescriptor, (pid_t child, int* status, int options),
              (child, status, options))
GORDIAN_WATCH(pid_t, wait3, kNoDescriptor, (int* status, int options, rusage* usage),
              (status, options, usage))
GORDIAN_WATCH(pid_t, wait4, kNoDescriptor, (pid_t child, int* status, int options, rusage* usage),
              (child, status, options, usage))
GORDIAN_WATCH(int, waitid, kNoDescriptor, (idtype_t type, id_t child, siginfo_t* status, int options),
              (type, child, status, options))
GORDIAN_WATCH(int, system, kNoDescriptor, (const char* command), (command))
GORDIAN_WATCH(FILE*, popen, kNoDescriptor, (const char* command, const char* mode), (command, mode))
GORDIAN_WATCH(int, pclose, kNoDescriptor, (FILE * stream), (stream))
