// SPDX-License-Identifier: Apache-2.0
//
// What the threads of a process hold and wait for, from its hot file into Program::states.
#ifndef GORDIAN_CORE_INGEST_THREAD_STATES_H
#define GORDIAN_CORE_INGEST_THREAD_STATES_H

#include <cstdint>
#include <map>
#include <utility>

#include "core/graph/program.h"
#include "core/ingest/known.h"
#include "core/ingest/process_moment.h"

namespace gordian {

// What became of the records of a trace.
struct TraceIds {
  Known<format::StackRef, StackId> stacks;
  Known<format::ThreadRef, ThreadId> threads;
  Known<format::LockRef, LockId> locks;
  std::map<std::pair<uint64_t, format::LockKind>, LockId> newest_lock;  // at an address, unless it has ended
  std::map<uint64_t, StackId> path_stacks;                              // see format::PathRecord
};

// Locks that have no record, because nothing was nested in them, are added to `program`. O(threads + locks
// held).
void add_states(const ProcessMoment& moment, const TraceIds& ids, ProcessId process, Program& program);

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_THREAD_STATES_H
