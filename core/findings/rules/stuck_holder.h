// SPDX-License-Identifier: Apache-2.0
//
// A thread that holds, for long, a lock which others wait for, and is in no deadlock: what it does meanwhile.
#ifndef GORDIAN_CORE_FINDINGS_RULES_STUCK_HOLDER_H
#define GORDIAN_CORE_FINDINGS_RULES_STUCK_HOLDER_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule stuck_holder;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_STUCK_HOLDER_H
