// SPDX-License-Identifier: Apache-2.0
//
// A lock released though nobody has it, or by a thread that had not taken it.
#ifndef GORDIAN_CORE_FINDINGS_RULES_BAD_UNLOCK_H
#define GORDIAN_CORE_FINDINGS_RULES_BAD_UNLOCK_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule bad_unlock;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_BAD_UNLOCK_H
