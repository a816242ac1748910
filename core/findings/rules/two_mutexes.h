// SPDX-License-Identifier: Apache-2.0
//
// Threads that wait for one condition at one time with different mutexes.
#ifndef GORDIAN_CORE_FINDINGS_RULES_TWO_MUTEXES_H
#define GORDIAN_CORE_FINDINGS_RULES_TWO_MUTEXES_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule two_mutexes;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_TWO_MUTEXES_H
