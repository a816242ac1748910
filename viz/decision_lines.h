// SPDX-License-Identifier: Apache-2.0
//
// What came of the user's suppressions, baseline and lock order, for a person: lines at the end of the text.
#ifndef GORDIAN_VIZ_DECISION_LINES_H
#define GORDIAN_VIZ_DECISION_LINES_H

#include <iosfwd>

#include "core/findings/finding.h"

namespace gordian {

void write_decisions(std::ostream& out, const Decisions& decisions);

}  // namespace gordian

#endif  // GORDIAN_VIZ_DECISION_LINES_H
