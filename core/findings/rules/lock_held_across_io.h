// SPDX-License-Identifier: Apache-2.0
//
// A call that waited for a disk, a peer, a process or time while a lock was held:
// docs/rules/lock-held-across-io.md.
#ifndef GORDIAN_CORE_FINDINGS_RULES_LOCK_HELD_ACROSS_IO_H
#define GORDIAN_CORE_FINDINGS_RULES_LOCK_HELD_ACROSS_IO_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule lock_held_across_io;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_LOCK_HELD_ACROSS_IO_H
