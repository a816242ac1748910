// SPDX-License-Identifier: Apache-2.0
//
// The functions behind the hooks: glibc's own, or those of the next preloaded library.
#ifndef GORDIAN_RUNTIME_HOOK_REAL_H
#define GORDIAN_RUNTIME_HOOK_REAL_H

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>

// A hook's symbol is all that leaves this library.
#define GORDIAN_EXPORT extern "C" __attribute__((visibility("default")))

// For one more name of the hook `name`, which is defined before in the same file.
#define GORDIAN_SAME_AS(name) __attribute__((alias(#name), copy(name)))

namespace gordian::hook {

struct Real {
#define GORDIAN_HOOK(result, name, version, parameters) result(*name) parameters;
#define GORDIAN_OLD_HOOK(result, name, version, parameters) result(*old_##name) parameters;
#include "runtime-hook/hooks.def"
#undef GORDIAN_OLD_HOOK
#undef GORDIAN_HOOK
};

// Valid after resolve_real(). Written once, before any hook reads it.
extern Real real __attribute__((visibility("hidden")));

// Looks every hook up. Safe to call from any thread and more than once; calls may come before our
// constructor.
void resolve_real();

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_REAL_H
