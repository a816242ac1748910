// SPDX-License-Identifier: Apache-2.0
//
// A lock that its thread still holds when it ends, or, as a note, when it ends the process.
#ifndef GORDIAN_CORE_FINDINGS_RULES_MISSING_UNLOCK_H
#define GORDIAN_CORE_FINDINGS_RULES_MISSING_UNLOCK_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule missing_unlock;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_MISSING_UNLOCK_H
