// SPDX-License-Identifier: Apache-2.0
//
// Threads that have ended and were neither joined nor detached: the memory of their stacks stays with the
// process.
#ifndef GORDIAN_CORE_FINDINGS_RULES_UNJOINED_THREAD_H
#define GORDIAN_CORE_FINDINGS_RULES_UNJOINED_THREAD_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule unjoined_thread;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_UNJOINED_THREAD_H
