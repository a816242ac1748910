// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_RUNTIME_HOOK_KEPT_LOCKS_H
#define GORDIAN_RUNTIME_HOOK_KEPT_LOCKS_H

#include "core/format/trace_format.h"

namespace gordian::hook {

// At the end of the calling thread, or of the process by its doing: an event of that kind for each lock that
// it holds and that only it may release. Not robust mutexes, which are made for that.
void note_kept(format::EventKind kind);

}  // namespace gordian::hook

#endif  // GORDIAN_RUNTIME_HOOK_KEPT_LOCKS_H
