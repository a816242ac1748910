// SPDX-License-Identifier: Apache-2.0
//
// A process at one moment, beside what its trace says: see core/live/look.h for how it is got hold of.
#ifndef GORDIAN_CORE_INGEST_PROCESS_MOMENT_H
#define GORDIAN_CORE_INGEST_PROCESS_MOMENT_H

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "core/format/hot_reader.h"

namespace gordian {

struct ProcessMoment {
  std::vector<HotThread> threads;
  bool running = false;
  bool worst_case =
      false;  // what is not known is to be taken for the worst: to see whether it pays to look closely
  // What follows is known of a process that runs.
  std::set<uint32_t> tasks;          // tids of all its threads
  bool all_asleep = false;           // as the kernel says: one that was woken and has not run yet is not
  bool has_signal_handlers = false;  // one of which might post a semaphore
  std::map<uint64_t, uint64_t> shared_keys;  // of lock addresses in memory that other processes map too
  uint64_t now_ns = 0;                       // CLOCK_MONOTONIC
};

}  // namespace gordian

#endif  // GORDIAN_CORE_INGEST_PROCESS_MOMENT_H
