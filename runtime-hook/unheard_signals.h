// SPDX-License-Identifier: Apache-2.0
//
// Where each condition was signalled last, if nobody waited for it then. Most such signals are none that
// anybody misses: who comes later finds that there is nothing to wait for. But if one waits all the same, and
// for ever, that is why.
//
// A small table by address, in which conditions displace each other. Thread safety: any thread, lock-free. A
// signal from where the last one came from costs a few loads.
#ifndef GORDIAN_RUNTIME_HOOK_UNHEARD_SIGNALS_H
#define GORDIAN_RUNTIME_HOOK_UNHEARD_SIGNALS_H

#include <pthread.h>

#include "runtime-hook/call_path.h"

namespace gordian::hook {

// Before a signal or a broadcast.
void note_signal(const pthread_cond_t* condition, CallSite site);

// Of the last signal, if it was not heard. Inside the hook, by an attached thread.
format::StackRef unheard_signal(uint64_t condition);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_UNHEARD_SIGNALS_H
