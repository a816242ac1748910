// SPDX-License-Identifier: Apache-2.0
//
// A lock, condition or barrier destroyed, or a lock's memory freed, while it is held or waited for.
#ifndef GORDIAN_CORE_FINDINGS_RULES_DESTROY_IN_USE_H
#define GORDIAN_CORE_FINDINGS_RULES_DESTROY_IN_USE_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule destroy_in_use;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_DESTROY_IN_USE_H
