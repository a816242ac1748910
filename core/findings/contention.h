// SPDX-License-Identifier: Apache-2.0
//
// How long locks were waited for and held, by class of lock: a table, not a finding.
// docs/rules/contention.md.
#ifndef GORDIAN_CORE_FINDINGS_CONTENTION_H
#define GORDIAN_CORE_FINDINGS_CONTENTION_H

#include <vector>

#include "core/findings/finding.h"
#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// Locks that were never nested are none of the program's yet: adds them, for name_locks() to name.
void add_measured_locks(Program& program);

// One row for each class of a process, the one most waited for first. The locks of `program` have their
// names.
std::vector<ContentionRow> contention(const Program& program, Symbolizer& symbolizer);

// Adds a row of the same executable and class. Associative and commutative.
void merge(ContentionRow& into, const ContentionRow& other);

// The most waited for first.
void sort(std::vector<ContentionRow>& rows);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_CONTENTION_H
