// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_RUNTIME_HOOK_WAIT_WHILE_HOLDING_H
#define GORDIAN_RUNTIME_HOOK_WAIT_WHILE_HOLDING_H

#include "core/format/trace_format.h"
#include "runtime-hook/call_path.h"

namespace gordian::hook {

// Before the calling thread waits for what other threads do, other than to release a lock. If it holds a lock
// that only it may release, the innermost one of these goes into an event.
void note_wait_while_holding(format::WaitedFor what, CallSite site);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_WAIT_WHILE_HOLDING_H
