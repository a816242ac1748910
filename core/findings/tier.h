// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_FINDINGS_TIER_H
#define GORDIAN_CORE_FINDINGS_TIER_H

#include "core/findings/finding.h"

namespace gordian {

// How severe a finding of that tier is, given the severity of its rule: a cycle that cannot close is only a
// note.
Severity severity(Tier tier, Severity of_rule);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_TIER_H
