// SPDX-License-Identifier: Apache-2.0
//
// A thread that waits for a lock which it holds itself, and so for ever.
#ifndef GORDIAN_CORE_FINDINGS_RULES_SELF_DEADLOCK_H
#define GORDIAN_CORE_FINDINGS_RULES_SELF_DEADLOCK_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule self_deadlock;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_SELF_DEADLOCK_H
