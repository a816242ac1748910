// SPDX-License-Identifier: Apache-2.0
//
// Which traces are looked at together, as one Program: those of a run, which is one exec of a program with
// all processes forked from it; and those of processes that used the same lock at the same time. All others
// have nothing to do with each other but what their programs have in common.
#ifndef GORDIAN_CORE_INGEST_TRACE_GROUPS_H
#define GORDIAN_CORE_INGEST_TRACE_GROUPS_H

#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

namespace gordian {

struct TraceHead {
  std::filesystem::path file;
  uint64_t nonce = 0;
  uint64_t run = 0;   // 0: not known
  uint64_t boot = 0;  // 0: not known
  uint64_t started_ns = 0;
  uint64_t ended_ns = UINT64_MAX;  // of a process that was killed, or runs, it is not known
  uint64_t size = 0;               // bytes in use
  std::set<uint64_t> shared_keys;  // of locks that other processes may use
};

// Reads no more than the header, unless the process shared locks. Throws BadTrace.
TraceHead head_of(const std::filesystem::path& file);

// Each trace once: of several with one nonce, the longest, as a copy may have been made while it was written.
// A group has its traces in the order in which their processes began, and so have the groups. O(n log n).
std::vector<std::vector<TraceHead>> groups_of(std::vector<TraceHead> heads);

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_TRACE_GROUPS_H
