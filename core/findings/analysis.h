// SPDX-License-Identifier: Apache-2.0
#ifndef GORDIAN_CORE_FINDINGS_ANALYSIS_H
#define GORDIAN_CORE_FINDINGS_ANALYSIS_H

#include "core/findings/finding.h"
#include "core/graph/program.h"
#include "core/symbolize/symbolizer.h"

namespace gordian {

// Names the locks of `program`, of which `symbolizer` was made, and runs every rule over it. Findings come
// worst first: by severity, then tier, then support, which is the number of instances, then of times the
// rarest edge was taken.
Report analyse(Program& program, Symbolizer& symbolizer);

}  // namespace gordian

#endif  // GORDIAN_CORE_FINDINGS_ANALYSIS_H
