// SPDX-License-Identifier: Apache-2.0
//
// Traces into a Program: each record file becomes a process, its references become ids, its chains become
// edges.
//
// Locks of different processes are different locks, and so are generations of one address. Records that refer
// to something missing (a torn trace) are left out and counted. O(size of the trace).
#ifndef GORDIAN_CORE_INGEST_INGEST_H
#define GORDIAN_CORE_INGEST_INGEST_H

#include "core/format/trace_reader.h"
#include "core/graph/program.h"

namespace gordian {

void ingest(const TraceReader& trace, Program& program);

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_INGEST_H
