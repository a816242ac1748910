// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_FINDINGS_ANALYSIS_H
#define GORDIAN_CORE_FINDINGS_ANALYSIS_H

#include <vector>

#include "core/findings/finding.h"
#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// Names the locks of `program`, of which `symbolizer` was made, and runs every rule over it.
// `seen`: findings that were made while the program ran. Those that the rules make again are left out.
Report analyse(Program& program, Symbolizer& symbolizer, std::vector<Finding> seen = {});

// A report of these findings: those that the rules did not make again are added, predictions of what has
// happened left out. Findings come worst first: by severity, then tier, then support: the threads and pairs
// of call sites of the edge with the fewest, the number of instances, the times the rarest edge was taken.
Report report_of(std::vector<Finding> findings, std::vector<Finding> seen);

// The same for a program of which only the states are known.
std::vector<Finding> analyse_states(Program& program, Symbolizer& symbolizer);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_ANALYSIS_H
