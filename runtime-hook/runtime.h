// SPDX-License-Identifier: Apache-2.0
//
// The life of the hook in one process: started by the first lock operation (which may come before our
// constructor), restarted in the child of a fork, finished when the process exits. Until it is started, and
// for good when no trace can be written, every hook just calls the real function.
#ifndef GORDIAN_RUNTIME_HOOK_RUNTIME_H
#define GORDIAN_RUNTIME_HOOK_RUNTIME_H

#include <cstdint>

#include "runtime-hook/hot_file.h"
#include "runtime-hook/record_file.h"

namespace gordian::hook {

RecordFile& recorder();
HotFile& hot();

// Random, new in each epoch; marks our tags on locks.
extern uint64_t nonce __attribute__((visibility("hidden")));

// Makes sure the real functions are known. Cheap when they are.
void ensure_resolved();

// Starts recording if it is not started. False: not (yet) possible, the hook must stand aside.
bool ensure_started();

// In the child of a fork: the parent's trace is left alone, and the next lock operation starts a new one.
void leave_parents_trace();

// The program is about to give up system calls (seccomp), and a filter may kill it for one of ours. What the
// files need is done now; from then on the hook makes none, up to not ending the trace nor reporting.
void confine();
bool is_confined();

// Code was unloaded, other code may soon lie at its addresses: nothing known of addresses holds any more.
void forget_code();

// Writes what was only counted per thread, marks the trace as ended, and prints the report if that is asked
// for. Does nothing when nothing was recorded, or in the child of a vfork.
void finish(format::EndReason reason, int status);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_RUNTIME_H
