// SPDX-License-Identifier: Apache-2.0
//
// Locks of one class nested in both orders: cycles all of whose locks are of it. Where every nesting agrees,
// on addresses or on any other order of the instances, there is no cycle.
//
// Of nestings that were only counted (see direction_graph.h) the order of addresses is known. Both orders are
// then a warning, since a tree may well have its children on either side of their parent; and a note where
// both are so frequent that a pair with both would be among those recorded.
#ifndef GORDIAN_CORE_FINDINGS_RULES_SAME_CLASS_NESTING_H
#define GORDIAN_CORE_FINDINGS_RULES_SAME_CLASS_NESTING_H

#include "core/findings/rule.h"

namespace gordian::rules {

extern const Rule same_class_nesting;

}  // namespace gordian::rules

#endif  // GORDIAN_CORE_FINDINGS_RULES_SAME_CLASS_NESTING_H
