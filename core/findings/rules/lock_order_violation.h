// SPDX-License-Identifier: Apache-2.0
//
// Locks that were taken against the order their authors have written down, whether or not anybody ever takes
// them the right way round.
#ifndef GORDIAN_CORE_FINDINGS_RULES_LOCK_ORDER_VIOLATION_H
#define GORDIAN_CORE_FINDINGS_RULES_LOCK_ORDER_VIOLATION_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule lock_order_violation;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_LOCK_ORDER_VIOLATION_H
