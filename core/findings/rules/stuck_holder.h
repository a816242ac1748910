// SPDX-License-Identifier: Apache-2.0
//
// Deadlocks that have happened: threads that wait for ever because of one another (see
// core/graph/wait_graph.h).
#ifndef GORDIAN_CORE_FINDINGS_RULES_STUCK_HOLDER_H
#define GORDIAN_CORE_FINDINGS_RULES_STUCK_HOLDER_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule stuck_holder;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_STUCK_HOLDER_H
