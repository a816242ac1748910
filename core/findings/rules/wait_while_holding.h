// SPDX-License-Identifier: Apache-2.0
//
// A condition wait, join or barrier wait while another lock is held, which the thread that would end the wait
// may need.
#ifndef GORDIAN_CORE_FINDINGS_RULES_WAIT_WHILE_HOLDING_H
#define GORDIAN_CORE_FINDINGS_RULES_WAIT_WHILE_HOLDING_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule wait_while_holding;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_WAIT_WHILE_HOLDING_H
