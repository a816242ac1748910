// SPDX-License-Identifier: Apache-2.0
//
// The contention of a report for a person: a table at the end of the text.
#ifndef GORDIAN_VIZ_CONTENTION_TABLE_H
#define GORDIAN_VIZ_CONTENTION_TABLE_H

#include <iosfwd>
#include <vector>

#include "core/findings/finding.h"

namespace gordian {

void write_contention(std::ostream& out, const std::vector<ContentionRow>& rows);

}  // namespace gordian

#endif  // GORDIAN_VIZ_CONTENTION_TABLE_H
