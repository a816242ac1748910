// SPDX-License-Identifier: Apache-2.0
//
// Potential deadlocks: cycles of the lock graph, each judged by whether it could close (see feasibility.h).
// Those of which all locks are of one class are same_class_nesting's, and judged in the same way.
//
// One finding per cause. Cycles over locks of the same classes, held and wanted in the same functions, are
// instances of one cause; the finding shows the instance with the strongest tier.
#ifndef GORDIAN_CORE_FINDINGS_RULES_LOCK_ORDER_CYCLE_H
#define GORDIAN_CORE_FINDINGS_RULES_LOCK_ORDER_CYCLE_H

#include <cstdint>

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule lock_order_cycle;

// Which cycles.
enum class Classes : uint8_t { several, one };

// Appends a finding of `rule` for each cause.
void report_cycles(const Program& program, Context& context, const Rule& rule, Classes classes);

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_LOCK_ORDER_CYCLE_H
