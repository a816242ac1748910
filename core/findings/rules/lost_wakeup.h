// SPDX-License-Identifier: Apache-2.0
//
// A signal that came before the wait for it, when nobody waited: all threads wait, and none is left to signal
// again.
#ifndef GORDIAN_CORE_FINDINGS_RULES_LOST_WAKEUP_H
#define GORDIAN_CORE_FINDINGS_RULES_LOST_WAKEUP_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule lost_wakeup;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_LOST_WAKEUP_H
