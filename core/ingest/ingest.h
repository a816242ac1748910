// SPDX-License-Identifier: Apache-2.0
//
// Traces into a Program: each record file becomes a process, its references become ids, its chains become
// edges.
//
// Locks of different processes are different locks, and so are generations of one address. Locks that several
// processes use are one vertex of the graph; each process keeps a Lock of its own for what it does with it.
// Records that refer to something missing (a torn trace) are left out and counted. O(size of the trace).
#ifndef GORDIAN_CORE_INGEST_INGEST_H
#define GORDIAN_CORE_INGEST_INGEST_H

#include "core/format/trace_reader.h"
#include "core/graph/program.h"
#include "core/ingest/process_moment.h"

namespace gordian {

enum class Scope : uint8_t {
  everything,
  states,  // only what Program::states refers to: no nestings
};

// `moment`: what the process does, if it runs, or did when it was killed; null: not of interest.
void ingest(const TraceReader& trace, Program& program, const ProcessMoment* moment = nullptr,
            Scope scope = Scope::everything);

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_INGEST_H
