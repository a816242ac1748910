// SPDX-License-Identifier: Apache-2.0
//
// A look at a running process from outside: its hot file and /proc. Nothing of it is stopped or disturbed.
#ifndef GORDIAN_CORE_LIVE_LOOK_H
#define GORDIAN_CORE_LIVE_LOOK_H

#include <cstdint>

#include "core/format/hot_reader.h"
#include "core/ingest/process_moment.h"

namespace gordian {

// Two looks make one moment: a wait counts only if it was the same one both times. Between the looks its
// thread did nothing, so all that is said of those that wait was true at one and the same time. A thread that
// ran is given with what it held, and no wait. An empty set of tasks: the process has gone.
ProcessMoment look(const HotReader& hot, uint32_t pid);

// CLOCK_MONOTONIC, by which waits are dated.
uint64_t monotonic_ns();

}  // namespace gordian

#endif  // GORDIAN_CORE_LIVE_LOOK_H
